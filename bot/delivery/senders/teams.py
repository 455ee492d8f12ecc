"""Sends to Teams by the Bot Connector: proactive cards, replies in a thread, changed cards.

The calls are made here and not by the SDK's client, so that every answer is told apart: taken,
refused, asked to wait, or unknown. Teams has no way to ask what was posted, so a doubtful send is
settled by EXPORTNEWS_UNKNOWN_OUTCOME.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote

import aiohttp

from bot.delivery.model import Address, Outgoing, SaidPage, Sought
from bot.delivery.senders import teams_errors as errors
from bot.delivery.senders.answers import read_at_most
from bot.errors import DeliveryError
from bot.messages.card_kit import CONTENT_TYPE, MESSAGE_BYTES

_ANSWER_BYTES = 100_000
_PERSON = re.compile(r"29:.+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""The ids of people, Teams' own and the directory's; a message to one needs a chat made first."""


class TeamsAccess(Protocol):
    """Who the bot is in Teams, and how it reaches tenants (`bot.teams`)."""

    @property
    def app_id(self) -> str:
        """The registration's application (client) id."""

    @property
    def session(self) -> aiohttp.ClientSession:
        """The open session."""

    async def token(self, *, refused: str = "") -> str:
        """Give the bot's access token, another than `refused`. Raises DeliveryError."""

    async def service_address(self, workspace_id: int) -> str:
        """Give a tenant's service address, nothing when none is known."""


class TeamsSender:
    """Sends to the conversations of every tenant that installed the bot."""

    edits = True

    def __init__(self, access: TeamsAccess) -> None:
        self._access = access

    async def send(self, address: Address, outgoing: Outgoing) -> str:
        """Post a card and give its activity id. A thread that is gone is left out."""
        service = await self._service(address)
        conversation = address.channel
        if _PERSON.fullmatch(conversation):
            conversation = await self._chat_with(service, address)
        threaded = outgoing.thread and "@thread.tacv2" in conversation
        body = self._activity(outgoing, conversation)
        if threaded:
            # learn.microsoft.com, "Send proactive messages": a reply names its thread's first post.
            thread = f"{conversation};messageid={outgoing.thread}"
            status, answer = await self._call("POST", _activities(service, thread), body)
            if status != 404:
                return _id(status, answer)
        status, answer = await self._call("POST", _activities(service, conversation), body)
        return _id(status, answer)

    async def find(self, address: Address, sought: Sought) -> str | None:  # noqa: ARG002
        """Raise DeliveryError: Teams lets no bot read what it posted."""
        raise _unasked()

    async def said(
        self,
        address: Address,  # noqa: ARG002
        since: datetime,  # noqa: ARG002
        *,
        after: str = "",  # noqa: ARG002
        before: str = "",  # noqa: ARG002
    ) -> SaidPage:
        """Raise DeliveryError: Teams lets no bot read what it posted."""
        raise _unasked()

    async def update(self, address: Address, external_id: str, outgoing: Outgoing) -> None:
        """Put a new card in place of the one with activity id `external_id`."""
        service = await self._service(address)
        body = self._activity(outgoing, address.channel)
        url = f"{_activities(service, address.channel)}/{quote(external_id, safe='')}"
        status, answer = await self._call("PUT", url, body)
        if status >= 300:
            raise errors.refused(answer, of_update=True)

    async def _service(self, address: Address) -> str:
        known = str((address.conversation or {}).get("service_url") or "")
        service = known or await self._access.service_address(address.workspace_id)
        if not service:
            raise DeliveryError(
                "Teams has not told where to reach this tenant; add the app there, or write to "
                "it once.",
                permanent=True,
            )
        return service.rstrip("/")

    async def _chat_with(self, service: str, address: Address) -> str:
        """Give the id of the personal chat with a person; asked again it is the same."""
        body = _json(
            {
                "bot": {"id": f"28:{self._access.app_id}"},
                "members": [{"id": address.channel}],
                "tenantId": address.workspace,
                "channelData": {"tenant": {"id": address.workspace}},
                "isGroup": False,
            }
        )
        status, answer = await self._call("POST", f"{service}/v3/conversations", body)
        return _id(status, answer)

    def _activity(self, outgoing: Outgoing, conversation: str) -> bytes:
        message = outgoing.message
        activity: dict[str, Any] = {
            "type": "message",
            "from": {"id": f"28:{self._access.app_id}"},
            "conversation": {"id": conversation},
        }
        if message.card is None:
            activity |= {"text": message.text, "textFormat": "plain"}
        else:
            activity["summary"] = message.text[:500]
            activity["attachments"] = [{"contentType": CONTENT_TYPE, "content": message.card}]
        body = _json(activity)
        if len(body) > MESSAGE_BYTES:
            raise errors.too_large(f"{len(body)} bytes")
        return body

    async def _call(self, method: str, url: str, body: bytes) -> tuple[int, Any]:
        """Make one call; a token that is refused is renewed once. Gives the status and what was
        answered: JSON, or `errors.Answer` for an error."""
        token = await self._access.token()
        status, answer = await self._once(method, url, body, token)
        if status == 401:
            token = await self._access.token(refused=token)
            status, answer = await self._once(method, url, body, token)
        return status, answer

    async def _once(self, method: str, url: str, body: bytes, token: str) -> tuple[int, Any]:
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json; charset=utf-8",
        }
        try:
            async with self._access.session.request(
                method, url, data=body, headers=headers, allow_redirects=False
            ) as response:
                taken = await read_at_most(response, _ANSWER_BYTES) or b""
                if response.status >= 300:
                    return response.status, errors.Answer(response.status, response.headers, taken)
                return response.status, _read(taken)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise DeliveryError("Teams cannot be reached.", detail=type(error).__name__) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise errors.unclear(None, type(error).__name__) from error


def _unasked() -> DeliveryError:
    return DeliveryError("Teams cannot be asked what was posted.")


def _activities(service: str, conversation: str) -> str:
    return f"{service}/v3/conversations/{quote(conversation, safe=':@;=')}/activities"


def _id(status: int, answer: Any) -> str:  # noqa: ANN401 - JSON, or an error's answer
    if isinstance(answer, errors.Answer):
        raise errors.refused(answer)
    found = answer.get("id") if isinstance(answer, dict) else None
    if not isinstance(found, str) or not found:
        raise errors.unclear(status, "no id")
    return found


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _read(body: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(body)
    except ValueError:
        return None
