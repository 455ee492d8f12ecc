"""The look-alike's HTTP side: log-in, keys, and the Bot Connector with its rules and limits."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.messages.card_kit import CONTENT_TYPE
from tests.messages.card_reading import problems_of_card
from tests.support.teams import signing
from tests.support.teams.model import Fault, Room

if TYPE_CHECKING:
    from tests.support.teams.lookalike import TeamsLookalike

CONSENT = "application/vnd.microsoft.teams.card.file.consent"
INFO = "application/vnd.microsoft.teams.card.file.info"
MESSAGE_BYTES = 28 * 1024
SCOPE = "https://api.botframework.com/.default"
LIMITS = ((1, 7), (2, 8), (30, 60), (3_600, 1_800))
"""Seconds and messages in one conversation (learn.microsoft.com, "Rate limiting for bots")."""
TENANT_LIMIT = 50
"""Requests a second in one tenant."""


class Refusal(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, code: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.answer = JSONResponse(
            {"error": {"code": code, "message": code}}, status, headers=headers
        )


class Service:
    """Answers the bot."""

    def __init__(self, teams: TeamsLookalike) -> None:
        self._teams = teams
        place = "/emea/v3/conversations"
        self.routes = [
            Route("/{tenant}/oauth2/v2.0/token", self._token, methods=["POST"]),
            Route("/v1/.well-known/keys", self._keys),
            Route(place, self._guarded(self._chat), methods=["POST"]),
            Route(place + "/{id}/activities", self._guarded(self._post), methods=["POST"]),
            Route(place + "/{id}/activities/{post}", self._guarded(self._update), methods=["PUT"]),
            Route(place + "/{id}/members/{person}", self._guarded(self._member)),
            Route("/upload/{name}", self._upload, methods=["PUT"]),
            Route("/emea/v3/teams/{team}/conversations", self._guarded(self._channels)),
        ]

    async def _token(self, request: Request) -> Response:
        teams = self._teams
        form = {
            name: values[0] for name, values in parse_qs((await request.body()).decode()).items()
        }
        wanted = {
            "grant_type": "client_credentials",
            "client_id": teams.app_id,
            "client_secret": teams.secret,
            "scope": SCOPE,
        }
        teams.logins.append(request.path_params["tenant"])
        if form != wanted or request.path_params["tenant"] != teams.login_tenant:
            said = "AADSTS7000215: Invalid client secret provided. Trace ID: 0"
            return JSONResponse({"error": "invalid_client", "error_description": said}, 401)
        claims = {
            "aud": "https://api.botframework.com",
            "appid": teams.app_id,
            "n": len(teams.logins),
        }
        token = signing.sign(claims, key=teams.key)
        teams.tokens.add(token)
        return JSONResponse({"token_type": "Bearer", "expires_in": 3_599, "access_token": token})

    async def _keys(self, _request: Request) -> Response:
        self._teams.key_reads += 1
        return JSONResponse(signing.key_set(self._teams.published))

    def _guarded(self, handle: Any) -> Any:
        async def endpoint(request: Request) -> Response:
            bearer = request.headers.get("authorization", "")
            if bearer.removeprefix("Bearer ") not in self._teams.tokens:
                return Refusal(401, "Unauthorized").answer
            fault = self._teams.faults.pop(0) if self._teams.faults else None
            if fault is not None and not fault.taken:
                return _failed(fault)
            try:
                answer: Response = await handle(request)
            except Refusal as refusal:
                return refusal.answer
            return answer if fault is None else _failed(fault)

        return endpoint

    async def _chat(self, request: Request) -> Response:
        body = await request.json()
        (member,) = body["members"]
        person = self._teams.somebody(member["id"])
        if person is None or person.tenant != body["tenantId"]:
            raise Refusal(403, "ForbiddenOperationException")
        return JSONResponse({"id": self._teams.chat_with(person.id).id}, 201)

    async def _post(self, request: Request) -> Response:
        body = await request.body()
        activity = json.loads(body)
        room, thread = self._room(request.path_params["id"])
        self._check(room, body, activity)
        made = self._teams.posted(room, activity, thread=thread)
        return JSONResponse({"id": made.id}, 201)

    async def _update(self, request: Request) -> Response:
        body = await request.body()
        activity = json.loads(body)
        room, _thread = self._room(request.path_params["id"])
        self._check(room, body, activity)
        for post in room.posts:
            if post.id == request.path_params["post"] and not post.deleted:
                post.activity, post.edits = activity, post.edits + 1
                return JSONResponse({"id": post.id})
        raise Refusal(404, "ActivityNotFoundInConversation")

    async def _member(self, request: Request) -> Response:
        room, _thread = self._room(request.path_params["id"])
        person = self._teams.somebody(request.path_params["person"])
        if person is None or person.id not in room.members:
            raise Refusal(404, "MemberNotFoundInConversation")
        return JSONResponse({"id": person.id, "name": person.name, "tenantId": person.tenant})

    async def _upload(self, request: Request) -> Response:
        content = await request.body()
        whole = f"bytes 0-{len(content) - 1}/{len(content)}"
        if request.headers.get("content-range") != whole or "authorization" in request.headers:
            return Response(status_code=400)
        self._teams.uploads[request.path_params["name"]] = content
        return Response(status_code=201)

    async def _channels(self, request: Request) -> Response:
        rooms = [r for r in self._teams.rooms.values() if r.team == request.path_params["team"]]
        if not any(room.with_bot for room in rooms):
            raise Refusal(403, "BotNotInConversationRoster")
        listed = [{"id": room.id, "name": room.name or None} for room in rooms]
        return JSONResponse({"conversations": listed})

    def _room(self, conversation: str) -> tuple[Room, str]:
        base, _, thread = conversation.partition(";messageid=")
        room = self._teams.rooms.get(base)
        if room is None:
            raise Refusal(404, "ConversationNotFound")
        if not room.with_bot:
            raise Refusal(403, "BotNotInConversationRoster")
        if thread and not any(post.id == thread and not post.deleted for post in room.posts):
            raise Refusal(404, "ConversationNotFound")
        return room, thread

    def _check(self, room: Room, body: bytes, activity: dict[str, Any]) -> None:
        if len(body) > MESSAGE_BYTES:
            raise Refusal(413, "MessageSizeTooBig")
        for attachment in activity.get("attachments") or ():
            if attachment.get("contentType") in (CONSENT, INFO) and room.kind == "personal":
                continue
            card = attachment.get("content") or {}
            wrong = problems_of_card(card)
            if attachment.get("contentType") != CONTENT_TYPE or wrong:
                self._teams.refused.append(str(wrong))
                raise Refusal(400, "BadSyntax")
        if activity.get("type") != "message" or not (
            activity.get("text") or activity.get("attachments")
        ):
            raise Refusal(400, "BadSyntax")
        self._throttle(room)

    def _throttle(self, room: Room) -> None:
        now = self._teams.clock()
        rooms = [one for one in self._teams.rooms.values() if one.tenant == room.tenant]
        second = now - timedelta(seconds=1)
        busy = sum(at > second for one in rooms for at in one.sent) >= TENANT_LIMIT
        for seconds, most in LIMITS:
            since = now - timedelta(seconds=seconds)
            busy = busy or sum(at > since for at in room.sent) >= most
        if busy:
            self._teams.throttled += 1
            wait = self._teams.retry_after
            raise Refusal(429, "TooManyRequests", {"Retry-After": wait} if wait else None)
        room.sent.append(now)


def _failed(fault: Fault) -> Response:
    if not fault.status:
        return _Cut()
    content = {"error": {"code": fault.code, "message": fault.code}}
    return JSONResponse(content, fault.status, headers=dict(fault.headers))


class _Cut(Response):
    """An answer that ends before it is whole, so that the connection is cut."""

    async def __call__(self, _scope: Any, _receive: Any, send: Any) -> None:
        headers = [(b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": b"{"})
