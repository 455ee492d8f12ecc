"""The HTTP server of the `web` process: one Starlette app of all fronts' routes."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from errno import EADDRNOTAVAIL

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import SettingsError

log = structlog.get_logger(__name__)

NotFound = Callable[[Request, Exception], Awaitable[Response]]
"""Answers a request for which there is no route."""

BODY_BYTES = 1_000_000
BODY_SECONDS = 20.0
_HOST = re.compile(rb"([\w.-]*|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)


class _Refused(Exception):
    """The request is not read any further."""

    def __init__(self, status: int, sentence: str, **headers: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = headers


class _Server(uvicorn.Server):
    """A server that leaves signals to the process (`bot.runtime` stops all parts in order)."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.ready.set()

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        """Capture none."""
        return nullcontext()


class Guard:
    """Bounds every request's body in size (chunked ones too) and time, and adds the headers that
    browsers heed."""

    def __init__(
        self, app: ASGIApp, *, limit: int = BODY_BYTES, seconds: float = BODY_SECONDS
    ) -> None:
        self._app = app
        self._limit = limit
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        taken = 0
        complete = started = False
        until = asyncio.get_running_loop().time() + self._seconds

        async def bounded() -> Message:
            nonlocal taken, complete
            if complete:  # what comes now is that the caller has gone
                return await receive()
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                # Nobody reads what may still come.
                raise _Refused(
                    408, "The request took too long to come.", Connection="close"
                ) from None
            taken += len(message.get("body", b""))
            if taken > self._limit:
                raise _Refused(413, "The request is too large.")
            complete = not message.get("more_body", False)
            return message

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                given = {name.lower() for name, _ in message.get("headers", [])}
                extra = [pair for pair in _HEADERS if pair[0] not in given]
                message = {**message, "headers": [*message.get("headers", []), *extra]}
            await send(message)

        try:
            with suppress(ClientDisconnect):  # the caller left: no fault, and nobody to answer
                await self._app(scope, bounded, with_headers)
        except _Refused as refused:
            if not started:
                answer = PlainTextResponse(str(refused), refused.status, refused.headers)
                await answer(scope, receive, send)


class KnownHost:
    """Refuses a request whose Host is none: what reads it elsewhere may read another name."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        hosts = [value for name, value in scope.get("headers", ()) if name == b"host"]
        if len(hosts) > 1 or not all(map(_HOST.fullmatch, hosts)):
            answer = PlainTextResponse("The Host header is malformed.", 400)
            await answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def build_app(
    routes: Sequence[BaseRoute],
    *,
    not_found: NotFound | None = None,
    body_seconds: float = BODY_SECONDS,
) -> Starlette:
    """Make the app of all fronts' routes; a request's body may take `body_seconds` to come.

    `not_found` answers what none of them has.
    """
    return Starlette(
        routes=list(routes),
        exception_handlers={404: not_found} if not_found else {},
        middleware=[Middleware(Guard, seconds=body_seconds), Middleware(KnownHost)],
    )


@asynccontextmanager
async def serve(app: Starlette, *, host: str, port: int, stop_seconds: float) -> AsyncIterator[str]:
    """Serve `app` while the block runs, and give the address it is reached at.

    Requests under way may finish within `stop_seconds`. Raises SettingsError when the port
    cannot be had.
    """
    sock = _bind(host, port)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=max(1, int(stop_seconds)),
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve([sock]), name="http")
    try:
        ready = asyncio.create_task(server.ready.wait())
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        bound = sock.getsockname()[1]
        shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104
        log.info("web.listening", host=host, port=bound)
        yield f"http://[{shown}]:{bound}" if ":" in shown else f"http://{shown}:{bound}"
    finally:
        server.should_exit = True
        await task
        sock.close()


def _bind(host: str, port: int) -> socket.socket:
    if not host:  # would mean every address, which nobody asks for by an empty variable
        raise SettingsError("--host is empty; give 127.0.0.1, or 0.0.0.0 for other machines too.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except (OSError, UnicodeError) as error:
        sock.close()
        if isinstance(error, socket.gaierror | UnicodeError) or error.errno == EADDRNOTAVAIL:
            raise SettingsError(
                f"--host {host} is no address of this machine; give 127.0.0.1, 0.0.0.0 (all), or "
                "one that it has."
            ) from error
        raise SettingsError(
            f"PORT: {host}:{port} cannot be listened on ({error.strerror}); set another PORT, or "
            "stop the program that has it."
        ) from error
    return sock
