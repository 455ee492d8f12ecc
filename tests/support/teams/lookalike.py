"""A Teams on loopback: Microsoft's log-in, keys and Bot Connector, and people who use the bot.

Strict where Teams is: tokens, the roster, 28 KB, card versions, rate limits, message ids. What
people do reaches the bot as signed activities, which `act` sends as Teams would.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any, Self

import aiohttp

from bot.clock import Clock
from bot.serving import build_app, serve
from tests.messages.card_reading import problems_of_card
from tests.support.teams import signing
from tests.support.teams.model import Fault, Person, Post, Room, every, filled_in
from tests.support.teams.service import Service

APP_ID = "7b9f1c52-2f6e-4c77-9d0a-5c2f4e8d1a10"
SECRET = "look-alike-secret"


class TeamsLookalike:
    """Use it with `async with`; give `bot_url` once the bot listens."""

    def __init__(self, *, clock: Clock, login_tenant: str = "botframework.com") -> None:
        self.clock = clock
        self.app_id, self.secret = APP_ID, SECRET
        self.login_tenant = login_tenant
        self.key = "key-1"
        self.published: dict[str, list[str]] = {"key-1": ["msteams"]}
        self.bot_url = ""
        self.rooms: dict[str, Room] = {}
        self.people: dict[str, Person] = {}
        self.tokens: set[str] = set()
        self.logins: list[str] = []
        self.faults: list[Fault] = []
        self.uploads: dict[str, bytes] = {}
        self.refused: list[str] = []
        self.key_reads = self.throttled = 0
        self.retry_after = "2"
        self._posts = 1_700_000_000_000
        self._acts = 0
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        app = build_app(Service(self).routes)
        self.url = await self._stack.enter_async_context(
            serve(app, host="127.0.0.1", port=0, stop_seconds=1)
        )
        self._session = await self._stack.enter_async_context(aiohttp.ClientSession())
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._stack.aclose()

    @property
    def service_url(self) -> str:
        """The service address of every conversation."""
        return f"{self.url}/emea/"

    def settings(self, **more: object) -> dict[str, Any]:
        """Give the bot's settings that lead it here."""
        return {
            "client_id": self.app_id,
            "client_secret": self.secret,
            "exportnews_teams_login_url": self.url,
            **more,
        }

    # What there is --------------------------------------------------------------------------

    def add_person(self, person: Person) -> Person:
        """Let somebody be there."""
        self.people[person.id] = person
        return person

    def add_room(self, room: Room) -> Room:
        """Let a conversation be there, as yet without the bot."""
        self.rooms[room.id] = room
        return room

    def somebody(self, id_: str) -> Person | None:
        """Give a person by the id that Teams or the directory has for them."""
        return next((one for one in self.people.values() if id_ in (one.id, one.aad)), None)

    def chat_with(self, person: str) -> Room:
        """Give the personal chat of somebody with the bot, opened when it is new."""
        known = self.people[person]
        found = self.rooms.get(f"a:1{person[3:]}")
        if found is None:
            found = Room(f"a:1{person[3:]}", known.tenant, "personal", members={person})
            found.with_bot = True
            self.add_room(found)
        return found

    def posted(self, room: Room, activity: dict[str, Any], *, thread: str = "") -> Post:
        """Let a message stand in a conversation."""
        self._posts += 1
        post = Post(str(self._posts), room.id, activity, thread)
        room.posts.append(post)
        return post

    def posts(self, room: Room) -> list[Post]:
        """What the bot posted in a conversation."""
        return [post for post in room.posts if post.by_bot and not post.deleted]

    # What people do -------------------------------------------------------------------------

    async def say(
        self,
        room: Room,
        person: Person,
        text: str,
        *,
        thread: str = "",
        sender: object = None,
        value: object = None,
    ) -> list[Post]:
        """Write to the bot (with its mention, where others read along); what it answers.

        `sender`: who Teams says it is, if not simply `person`. `value`: a button's or form's data.
        """
        before = len(self.posts(room))
        mention = "" if room.kind == "personal" else "<at>exportnews</at> "
        written = self.posted(room, {"text": text}, thread=thread)
        written.by_bot = False
        activity: dict[str, Any] = {
            "type": "message",
            "id": written.id,
            "text": f"{mention}{text}",
            "textFormat": "plain",
            "localTimezone": person.timezone,
        }
        if mention:
            mentioned = {"id": f"28:{self.app_id}", "name": "exportnews"}
            activity["entities"] = [
                {"type": "mention", "mentioned": mentioned, "text": "<at>exportnews</at>"}
            ]
        activity |= {} if sender is None else {"from": sender}
        activity |= {} if value is None else {"value": value}
        status, _answer = await self.act(room, person, activity, thread=thread or written.id)
        if status != 200:
            raise AssertionError(f"The bot answered {status}")
        return self.posts(room)[before:]

    async def press(
        self, post: Post, person: Person, title: str, inputs: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Press a button of a card, with what was filled in; the bot's answer."""
        button = post.button(title)
        data = {**(button.get("data") or {}), **(inputs or {})}
        if (data.get("msteams") or {}).get("type") == "task/fetch":
            return await self.invoke(post, person, "task/fetch", {"data": data})
        action = {"type": "Action.Execute", "verb": button.get("verb", ""), "data": data}
        if button["type"] != "Action.Execute":
            raise AssertionError(f"{title} is no button that the bot hears of")
        return await self.invoke(post, person, "adaptiveCard/action", {"action": action})

    async def send_form(
        self, post: Post, person: Person, form: dict[str, Any], inputs: dict[str, str]
    ) -> dict[str, Any]:
        """Send a dialog's form, with what it showed and what was filled in; what is answered."""
        return await self.invoke(post, person, "task/submit", {"data": filled_in(form, inputs)})

    async def invoke(
        self, post: Post, person: Person, name: str, value: dict[str, Any]
    ) -> dict[str, Any]:
        """Ask the bot something that it answers at once."""
        activity = {"type": "invoke", "name": name, "value": value, "replyToId": post.id}
        room = self.rooms[post.conversation]
        status, answer = await self.act(room, person, activity, thread=post.thread or post.id)
        if status != 200 or not isinstance(answer, dict):
            raise AssertionError(f"The bot answered {status}: {answer}")
        for card in [one for one in every(answer) if one.get("type") == "AdaptiveCard"]:
            if wrong := problems_of_card(card):
                raise AssertionError(f"Teams would not take the card: {wrong}")
        return answer

    async def accept(self, post: Post, person: Person, *, answer: str = "accept") -> None:
        """Take a file that the bot offers, or decline it."""
        (offered,) = post.activity["attachments"]
        name = offered["name"]
        value = {
            "type": "fileUpload",
            "action": answer,
            "context": offered["content"]["acceptContext"],
            "uploadInfo": {
                "name": name,
                "uploadUrl": f"{self.url}/upload/{name}",
                "contentUrl": f"{self.url}/files/{name}",
                "uniqueId": "1",
                "fileType": name.rpartition(".")[2],
            },
        }
        activity = {"type": "invoke", "name": "fileConsent/invoke", "value": value}
        status, _answer = await self.act(self.rooms[post.conversation], person, activity)
        if status != 200:
            raise AssertionError(f"The bot answered {status}")

    async def search(self, room: Room, person: Person, text: str, *, skip: int = 0) -> list[Any]:
        """Search in the message extension; its results."""
        parameter = (
            {"name": "query", "value": text} if text else {"name": "initialRun", "value": "true"}
        )
        value = {
            "commandId": "search",
            "parameters": [parameter],
            "queryOptions": {"skip": skip, "count": 25},
        }
        activity = {"type": "invoke", "name": "composeExtension/query", "value": value}
        status, answer = await self.act(room, person, activity)
        if status != 200:
            raise AssertionError(f"The bot answered {status}")
        return list(answer["composeExtension"].get("attachments") or [])

    async def install(self, room: Room, person: Person) -> None:
        """Add the app to a conversation (to its team, where it is a channel)."""
        for one in self._with(room):
            one.with_bot = True
        bot = [{"id": f"28:{self.app_id}", "name": "exportnews"}]
        team = {"channelData": {"team": {"id": room.team, "name": room.team_name}}}
        about = team if room.team else {}
        await self.act(room, person, {"type": "conversationUpdate", "membersAdded": bot, **about})
        await self.act(room, person, {"type": "installationUpdate", "action": "add", **about})

    async def uninstall(self, room: Room, person: Person) -> None:
        """Take the app away again."""
        for one in self._with(room):
            one.with_bot = False
        bot = [{"id": f"28:{self.app_id}", "name": "exportnews"}]
        await self.act(room, person, {"type": "installationUpdate", "action": "remove"})
        await self.act(room, person, {"type": "conversationUpdate", "membersRemoved": bot})

    async def event(self, room: Room, person: Person, event: str, **changed: Any) -> None:
        """Tell the bot of something that befell a channel or team."""
        data = {"eventType": event, **changed}
        await self.act(room, person, {"type": "conversationUpdate", "channelData": data})

    def _with(self, room: Room) -> list[Room]:
        return [
            one
            for one in self.rooms.values()
            if one is room or (room.team and one.team == room.team)
        ]

    # How it reaches the bot -----------------------------------------------------------------

    async def act(
        self,
        room: Room,
        person: Person,
        activity: dict[str, Any],
        *,
        thread: str = "",
        token: str | None = None,
    ) -> tuple[int, Any]:
        """Send an activity to the bot; the status and what it answered."""
        self._acts += 1
        body = self.activity(room, person, activity, thread=thread)
        if token is None:
            token = signing.sign(signing.claims(self.app_id, self.service_url), key=self.key)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self._session.post(self.bot_url, json=body, headers=headers) as response:
            answered = await response.read()
            status = response.status
        return status, (await response.json() if answered else None)

    def activity(
        self, room: Room, person: Person, activity: dict[str, Any], *, thread: str = ""
    ) -> dict[str, Any]:
        """Give an activity with all that Teams puts around it."""
        data: dict[str, Any] = {"tenant": {"id": room.tenant}}
        conversation: dict[str, Any] = {
            "id": room.id,
            "tenantId": room.tenant,
            "conversationType": room.kind,
            "isGroup": room.kind != "personal",
        }
        if room.kind == "channel":
            # As in life: what people write names neither team nor channel.
            data["team"], data["channel"] = {"id": room.team}, {"id": room.id}
            if thread:
                conversation["id"] = f"{room.id};messageid={thread}"
        elif room.name:
            conversation["name"] = room.name
        return {
            "id": f"f:{self._acts}",
            "timestamp": self.clock().isoformat(),
            "serviceUrl": self.service_url,
            "channelId": "msteams",
            "from": {"id": person.id, "name": person.name, "aadObjectId": person.aad},
            "conversation": conversation,
            "recipient": {"id": f"28:{self.app_id}", "name": "exportnews"},
            "locale": "en-GB",
            **activity,
            "channelData": data | activity.get("channelData", {}),
        }
