"""Socket Mode: connections of the bot, envelopes to it and their acknowledgements.

docs.slack.dev/apis/events-api/using-socket-mode: `hello` first; each envelope is acknowledged by
its `envelope_id`, with a payload where it may; an envelope goes to one of the connections.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiohttp import WSMsgType, web

from bot.demo.slack.workspace import APP_ID

log = structlog.get_logger(__name__)

TICKET_SECONDS = 30
CONNECTIONS_MOST = 10
ENVELOPES_KEPT = 10_000


@dataclass(slots=True)
class _Link:
    socket: web.WebSocketResponse
    request: web.Request
    waiting: dict[str, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope as it was sent; `connection` counts connections from 1."""

    id: str
    type: str
    payload: dict[str, Any]
    connection: int


class NoConnection(Exception):
    """The bot has no Socket Mode connection open."""


class Sockets:
    """All Socket Mode connections of the app."""

    def __init__(self, base: Callable[[], str]) -> None:
        self._base = base
        self._tickets: set[str] = set()
        self._links: list[_Link] = []
        self._turn = itertools.count()
        self._opened = asyncio.Event()
        self.sent: deque[Envelope] = deque(maxlen=ENVELOPES_KEPT)

    @property
    def count(self) -> int:
        """How many connections are open."""
        return len(self._links)

    async def connected(self, timeout: float = 10.0) -> None:
        """Wait (real seconds) until the bot has a connection. Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            while not self._links:
                self._opened.clear()
                await self._opened.wait()

    def ticket(self) -> str:
        """Give an address that opens one connection."""
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        return f"{self._base().replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={APP_ID}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets or len(self._links) >= CONNECTIONS_MOST:
            return web.Response(status=403)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        link = _Link(socket, request)
        self._links.append(link)
        try:
            await socket.send_json(self._hello())
            self._opened.set()
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._acknowledge(link, message.data)
        finally:
            self._links = [other for other in self._links if other is not link]
            for waiting in link.waiting.values():
                waiting.cancel()
        return socket

    async def send(
        self,
        kind: str,
        payload: dict[str, Any],
        *,
        timeout: float,
        accepts_payload: bool = True,
        retry: int = 0,
        reason: str = "",
    ) -> dict[str, Any] | None:
        """Send an envelope to one connection; give the acknowledgement's payload ({} for none).

        None when it was not acknowledged within `timeout` (real seconds). Raises NoConnection.
        """
        if not self._links:
            raise NoConnection
        turn = next(self._turn) % len(self._links)
        link = self._links[turn]
        envelope: dict[str, Any] = {
            "envelope_id": str(uuid.uuid4()),
            "type": kind,
            "accepts_response_payload": accepts_payload,
            "payload": payload,
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": reason}
        acknowledged: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        link.waiting[envelope["envelope_id"]] = acknowledged
        self.sent.append(Envelope(envelope["envelope_id"], kind, payload, turn + 1))
        try:
            await link.socket.send_json(envelope)
            async with asyncio.timeout(timeout):
                return await asyncio.shield(acknowledged)
        except (TimeoutError, ConnectionError):
            return None
        except asyncio.CancelledError:
            if acknowledged.cancelled():  # the connection ended under it
                return None
            raise
        finally:
            link.waiting.pop(envelope["envelope_id"], None)

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Tell each connection that it is ending, as Slack does every few hours, and end it."""
        for link in self._take_all():
            await link.socket.send_json({"type": "disconnect", "reason": reason})
            await link.socket.close()

    def cut(self) -> None:
        """Cut every connection without a word."""
        for link in self._take_all():
            if link.request.transport is not None:
                link.request.transport.abort()

    async def close(self) -> None:
        """End every connection."""
        for link in self._take_all():
            await link.socket.close()

    def _take_all(self) -> list[_Link]:
        """Take every connection out of use: no envelope goes to one that is ending."""
        taken, self._links = self._links, []
        return taken

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self._links),
            "debug_info": {"host": "lookalike", "approximate_connection_time": 18060},
            "connection_info": {"app_id": APP_ID},
        }

    def _acknowledge(self, link: _Link, text: str) -> None:
        try:
            message = json.loads(text)
        except json.JSONDecodeError:
            message = None
        if not isinstance(message, dict) or "envelope_id" not in message:
            log.warning("lookalike.odd_ack", text=text[:200])
            return
        waiting = link.waiting.get(str(message["envelope_id"]))
        if waiting is None or waiting.done():
            log.warning("lookalike.late_ack", envelope=message["envelope_id"])
            return
        waiting.set_result(message.get("payload") or {})
