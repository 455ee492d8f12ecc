"""Serves the page, its state, and what the person does there."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any

from aiohttp import web

from bot.demo.slack.errors import Refused
from bot.demo.slack.lookalike import SlackLookalike
from bot.demo.slack.model import View
from bot.demo.slack.page.state import snapshot

HEARTBEAT_SECONDS = 15.0
_FILES = {
    "page.css": "text/css",
    "app.js": "text/javascript",
    "blocks.js": "text/javascript",
    "composer.js": "text/javascript",
    "dom.js": "text/javascript",
    "elements.js": "text/javascript",
    "inputs.js": "text/javascript",
    "mrkdwn.js": "text/javascript",
    "views.js": "text/javascript",
}
_POLICY = "default-src 'self'; img-src 'self' data: https:; base-uri 'none'; form-action 'none'"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Doing = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Hint:
    """Something that can be typed after the command, and what it does."""

    text: str
    about: str


class Page:
    """The page of one person, `you`. `hints`: what the box offers; `extra`: more of the state.

    Only this machine's browser is answered: a request for another host name, or from another
    site, is refused.
    """

    def __init__(
        self,
        slack: SlackLookalike,
        *,
        you: str,
        hints: Sequence[Hint] = (),
        extra: Callable[[], Mapping[str, object]] = dict,
    ) -> None:
        self._slack = slack
        self._you = you
        self._hints = [asdict(hint) for hint in hints]
        self._extra = extra
        doings: dict[str, Doing] = {
            "slash": self._slash,
            "say": self._say,
            "click": self._click,
            "view-click": self._view_click,
            "submit": self._submit,
            "close": self._close,
            "suggest": self._suggest,
            "shortcut": self._shortcut,
            "home": self._home,
        }
        slack.add_routes(
            [
                web.get("/", _guarded(self._file)),
                web.get("/page/state", _guarded(self._state)),
                web.get("/page/events", _guarded(self._events)),
                web.get("/page/{file}", _guarded(self._file)),
                *(web.post(f"/page/{name}", _guarded(_doing(do))) for name, do in doings.items()),
            ]
        )

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info.get("file", "page.html")
        kind = "text/html" if name == "page.html" else _FILES.get(name)
        if kind is None:
            raise web.HTTPNotFound
        text = resources.files("bot.demo.slack.page").joinpath(name).read_text("utf-8")
        return web.Response(
            text=text,
            content_type=kind,
            headers={
                "Content-Security-Policy": _POLICY,
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "no-store",
            },
        )

    async def _state(self, request: web.Request) -> web.Response:
        since = request.query.get("since", "0")
        shown = snapshot(self._slack, self._you, int(since) if since.isdigit() else 0)
        return web.json_response(shown | {"hints": self._hints} | dict(self._extra()))

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Tell of each change, as server-sent events."""
        answer = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await answer.prepare(request)
        version = -1
        while not self._slack.ending:
            version = self._slack.version
            await answer.write(f"data: {version}\n\n".encode())
            await self._slack.change(version, HEARTBEAT_SECONDS)
        return answer

    async def _slash(self, asked: dict[str, Any]) -> dict[str, Any]:
        text, channel = str(asked["text"]), str(asked["channel"])
        replies = await self._slack.slash(text, channel=channel, user=self._you, expect=0)
        return {"acked": replies.acked}

    async def _say(self, asked: dict[str, Any]) -> dict[str, Any]:
        thread = asked.get("thread")
        message = await self._slack.say(
            str(asked["text"]),
            channel=str(asked["channel"]),
            user=self._you,
            thread_ts=str(thread) if thread else None,
        )
        return {"ts": message.ts}

    async def _click(self, asked: dict[str, Any]) -> dict[str, Any]:
        replies = await self._slack.click(
            str(asked["channel"]),
            str(asked["ts"]),
            str(asked["action"]),
            value=asked.get("value"),
            user=self._you,
        )
        return {"acked": replies.acked}

    async def _view_click(self, asked: dict[str, Any]) -> dict[str, Any]:
        view = self._view(asked)
        replies = await self._slack.click_view(
            view,
            str(asked["action"]),
            value=asked.get("value"),
            values=asked.get("values") or {},
        )
        return {"acked": replies.acked}

    async def _submit(self, asked: dict[str, Any]) -> dict[str, Any]:
        taken = await self._slack.submit_view(self._view(asked), asked.get("values") or {})
        return {"acked": taken.acked, "errors": taken.errors, "closed": taken.closed}

    async def _close(self, asked: dict[str, Any]) -> dict[str, Any]:
        await self._slack.close_view(self._view(asked))
        return {}

    async def _suggest(self, asked: dict[str, Any]) -> dict[str, Any]:
        options = await self._slack.suggest(
            self._view(asked), str(asked["action"]), str(asked["typed"])
        )
        return {"options": options}

    async def _shortcut(self, asked: dict[str, Any]) -> dict[str, Any]:
        replies = await self._slack.shortcut(
            str(asked["callback"]),
            user=self._you,
            channel=str(asked.get("channel") or ""),
            ts=str(asked.get("ts") or ""),
        )
        return {"acked": replies.acked}

    async def _home(self, _: dict[str, Any]) -> dict[str, Any]:
        receipt = await self._slack.open_home(self._you)
        return {"acked": receipt.acked}

    def _view(self, asked: Mapping[str, Any]) -> View:
        view = self._slack.workspace.view(str(asked["view"]))
        if view is None or view.user != self._you:
            raise LookupError("this view is not open any more")
        return view


def _guarded(handler: Handler) -> Handler:
    """Answer only a browser on this machine, and only the page itself."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        host = request.headers.get("Host", "")
        if host.rpartition(":")[0] not in ("127.0.0.1", "localhost"):
            raise web.HTTPForbidden(text="The demo answers only on this machine.")
        if origin is not None and origin != f"http://{host}":
            raise web.HTTPForbidden(text="The demo answers only its own page.")
        return await handler(request)

    return guarded


def _doing(do: Doing) -> Handler:
    """Read the JSON of something that the person does, and answer with JSON."""

    async def handle(request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        try:
            asked = json.loads(await request.read())
            return web.json_response(await do(asked))
        except Refused as refused:
            return web.json_response({"problem": refused.error}, status=409)
        except (LookupError, ValueError, TypeError) as error:
            return web.json_response({"problem": str(error)}, status=400)
        except TimeoutError:
            return web.json_response({"problem": "the bot did not answer"}, status=504)

    return handle
