"""The Web API's front: tokens, faults, limits and arguments, then the method."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import BasicAuth, web

from bot.demo.slack import (
    method_assistant,
    method_chat,
    method_conversations,
    method_files,
    method_views,
    method_workspace,
)
from bot.demo.slack.errors import Cut, RateLimited, Refused
from bot.demo.slack.faults import (
    ApiError,
    CutAfter,
    CutBefore,
    Delay,
    Fault,
    Garbage,
    Status,
)
from bot.demo.slack.model import ApiCall
from bot.demo.slack.registry import METHODS, Method, Request
from bot.demo.slack.workspace import Workspace

if TYPE_CHECKING:
    from bot.demo.slack.server import SlackServer

__all__ = [
    "WebApi",
    "method_assistant",
    "method_chat",
    "method_conversations",
    "method_files",
    "method_views",
    "method_workspace",
]

CALLS_KEPT = 20_000
_PAGE = "<!doctype html><title>Something went wrong</title><p>Server error"


class WebApi:
    """Answers `/api/METHOD`, and records every call."""

    def __init__(self, server: SlackServer) -> None:
        self._server = server
        self.plans: dict[str, deque[Fault | None]] = defaultdict(deque)
        self.calls: deque[ApiCall] = deque(maxlen=CALLS_KEPT)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        name = request.match_info["method"]
        arguments = await _arguments(request)
        token = _token(request, arguments)

        async def run() -> web.Response:
            return self._run(name, arguments, token)

        return await self.with_fault(request, name, arguments, run)

    async def with_fault(
        self,
        request: web.Request,
        name: str,
        arguments: dict[str, Any],
        run: Callable[[], Awaitable[web.Response]],
    ) -> web.StreamResponse:
        """Carry a call out under the fault that is planned for it, and record it."""
        fault = self.plans[name].popleft() if self.plans[name] else None
        workspace = self._server.by_token(_token(request, arguments))
        team = workspace.team_id if workspace else ""
        outcome = type(fault).__name__
        try:
            answer = await _instead(fault) if fault else None
            if answer is None:
                answer = await run()
                outcome = outcome if fault else str(answer.headers.get("X-Outcome", "ok"))
                answer.headers.popall("X-Outcome", None)
                answer = await _after(fault, answer)
        except Cut:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        finally:
            self.calls.append(ApiCall(name, arguments, self._server.clock(), outcome, team))
        return answer

    def _run(self, name: str, arguments: dict[str, Any], token: str) -> web.Response:
        try:
            method = METHODS.get(name)
            if method is None:
                raise Refused("unknown_method", req_method=name)
            workspace = self._authenticate(method, token)
            self._server.limits.take(name, method.tier, workspace.team_id, _channel(arguments))
            method.check(arguments)
            request = Request(self._server, workspace, arguments, token)
            if method.scopes:
                request.needs(*method.scopes)
            body = method.run(request)
        except Refused as refused:
            return _json(refused.body, outcome=refused.error)
        except RateLimited as limited:
            answer = _json({"ok": False, "error": "ratelimited"}, status=429, outcome="ratelimited")
            answer.headers["Retry-After"] = str(limited.retry_after)
            return answer
        answer = _json(body)
        if method.caller == "bot":
            answer.headers["X-OAuth-Scopes"] = ",".join(sorted(workspace.scopes))
            answer.headers["X-Accepted-OAuth-Scopes"] = ",".join(method.scopes)
        return answer

    def _authenticate(self, method: Method, token: str) -> Workspace:
        first = self._server.workspace
        if method.caller == "anybody":
            return first
        if not token:
            raise Refused("not_authed")
        if method.caller == "app":
            if token != self._server.app_token:
                is_bot = self._server.by_token(token) is not None
                raise Refused("not_allowed_token_type" if is_bot else "invalid_auth")
            return first
        if token == self._server.app_token:
            raise Refused("not_allowed_token_type")
        workspace = self._server.by_token(token)
        if workspace is None:
            raise Refused("invalid_auth")
        if workspace.token_error:
            raise Refused(workspace.token_error)
        return workspace


async def _instead(fault: Fault) -> web.Response | None:
    """Give the answer that a fault puts in place of doing anything; None when it is done."""
    match fault:
        case CutBefore():
            raise Cut
        case Status(code, retry_after):
            answer = web.Response(status=code, text=_PAGE, content_type="text/html")
            if code == 429:
                answer = _json({"ok": False, "error": "ratelimited"}, status=429)
            if retry_after is not None:
                answer.headers["Retry-After"] = str(retry_after)
            return answer
        case ApiError(error):
            return _json({"ok": False, "error": error})
        case Garbage(done=False):
            return web.Response(text=_PAGE, content_type="text/html")
        case _:
            return None


async def _after(fault: Fault | None, answer: web.Response) -> web.Response:
    """Give what a fault makes of the answer of a call that was carried out."""
    match fault:
        case Delay(seconds):
            await asyncio.sleep(seconds)
        case CutAfter():
            raise Cut
        case Garbage():
            return web.Response(text=_PAGE, content_type="text/html")
        case _:
            pass
    return answer


def _json(body: dict[str, Any], *, status: int = 200, outcome: str = "ok") -> web.Response:
    return web.json_response(body, status=status, headers={"X-Outcome": outcome})


def _channel(arguments: dict[str, Any]) -> str:
    return str(arguments.get("channel", ""))


def _token(request: web.Request, arguments: dict[str, Any]) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else str(arguments.get("token", ""))


async def _arguments(request: web.Request) -> dict[str, Any]:
    """Read the arguments, from the address, a form or a JSON body."""
    arguments: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.read()
        try:
            value = json.loads(body) if body else {}
        except json.JSONDecodeError:
            value = {}
        arguments |= value if isinstance(value, dict) else {}
    elif request.method == "POST":
        arguments |= dict((await request.post()).items())
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic" and credentials:
        basic = BasicAuth.decode(f"Basic {credentials}")
        arguments |= {"client_id": basic.login, "client_secret": basic.password}
    return arguments
