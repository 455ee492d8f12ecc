"""The console: what is read, what came and why, what is owed, who gets what, how topics move."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot import overview
from bot.delivery import ledger
from bot.engine import Engine
from bot.errors import BotError, UsageError
from bot.feeds import roster
from handlers.web.access import Door, Visitor
from handlers.web.chart import HEIGHT, WIDTH, bars
from handlers.web.pages import FOLDER, HEADERS, templates
from handlers.web.sign_in import SignIn
from handlers.web.stories import Shown, Stories

log = structlog.get_logger(__name__)

PAGE_SECONDS = 10.0
DELIVERIES = 50
WEEKS = 12


class Console:
    """Serves `/` and the pages beside it."""

    def __init__(self, engine: Engine, door: Door) -> None:
        self._engine = engine
        self._door = door
        self._pages = templates()
        self._sign_in = SignIn(engine, door, self._pages)
        self._style = (FOLDER / "console.css").read_text("utf-8")
        self._icon = (FOLDER / "icon.svg").read_text("utf-8")

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """The console's addresses."""
        stories = Stories(self._engine)
        pages = {
            "/": ("stories.html", stories.listed),
            "/stories/{story:int}": ("story.html", stories.one),
            "/feeds": ("feeds.html", self._feeds),
            "/deliveries": ("deliveries.html", self._deliveries),
            "/subscriptions": ("subscriptions.html", self._subscriptions),
            "/trends": ("trends.html", self._trends),
        }
        return [
            *(Route(path, self._page(*page), methods=["GET"]) for path, page in pages.items()),
            Route("/deliveries/retry", self._retry, methods=["POST"]),
            Route("/console.css", self._fixed(self._style, "text/css"), methods=["GET"]),
            # Browsers ask for the second by themselves, beside what is no page: /healthz.
            Route("/icon.svg", self._fixed(self._icon, "image/svg+xml"), methods=["GET"]),
            Route("/favicon.ico", self._fixed(self._icon, "image/svg+xml"), methods=["GET"]),
            *self._sign_in.routes,
        ]

    async def not_found(self, request: Request, _error: Exception) -> Response:
        """Answer an address at which nothing is: a browser with a page, anything else in words."""
        if "text/html" not in request.headers.get("accept", ""):
            return PlainTextResponse("Not Found", 404)
        try:
            visitor = self._door.visitor(request)
        except HTTPException:  # too many wrong tokens, which is said where something is asked for
            visitor = None
        known = {"visitor": visitor} if visitor else {}
        html = self._pages.get_template("not_found.html").render(here=request.url.path, **known)
        return HTMLResponse(html, 404, headers=HEADERS)

    def _page(
        self, template: str, fill: Callable[[Request], Awaitable[Shown]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def page(request: Request) -> Response:
            visitor = self._door.visitor(request)
            if visitor is None:
                return self._sign_in.page(status=403)
            try:
                async with asyncio.timeout(PAGE_SECONDS):
                    shown = await fill(request)
            except (BotError, SQLAlchemyError, TimeoutError) as error:
                return _not_now(error)
            html = self._pages.get_template(template).render(
                here=request.url.path, visitor=visitor, now=self._engine.clock(), **shown
            )
            return HTMLResponse(html, headers=HEADERS)

        return page

    async def _feeds(self, _request: Request) -> Shown:
        async with self._engine.db.read() as conn:
            return {"feeds": await roster.list_feeds(conn)}

    async def _deliveries(self, request: Request) -> Shown:
        state = request.query_params.get("state") or None
        async with self._engine.db.read() as conn:
            return {
                "counts": await ledger.counts(conn),
                "lines": await ledger.lines(
                    conn, state=state if state in ledger.STATES else None, limit=DELIVERIES
                ),
                "states": ledger.STATES,
                "state": state,
                "said": request.query_params.get("said", "")[:200],
            }

    async def _subscriptions(self, _request: Request) -> Shown:
        async with self._engine.db.read() as conn:
            channels = await overview.channels(conn, self._engine.taxonomy)
            return {"channels": channels, "titles": self._titles()}

    async def _trends(self, _request: Request) -> Shown:
        async with self._engine.db.read() as conn:
            now = await self._engine.db.now(conn)
            trends = await overview.topic_weeks(conn, now, WEEKS)
        highest = max((count for trend in trends for count in trend.weeks), default=0)
        return {
            "charts": [(trend, bars(trend.weeks, highest)) for trend in trends],
            "weeks": [now - overview.WEEK * back for back in range(WEEKS, 0, -1)],
            "titles": self._titles(),
            "width": WIDTH,
            "height": HEIGHT,
        }

    async def _retry(self, request: Request) -> Response:
        visitor = self._door.visitor(request)
        if visitor is None:
            return self._sign_in.page(status=403)
        async with request.form(max_files=0, max_fields=4) as form:
            which, token = str(form.get("delivery", "")), str(form.get("form_token", ""))
        if not self._door.may_change(request, visitor, token):
            return PlainTextResponse("This form is too old. Go back, load the page again.", 403)
        try:
            async with asyncio.timeout(PAGE_SECONDS):
                said = await self._take_up(which, visitor)
        except (BotError, SQLAlchemyError, TimeoutError) as error:
            return _not_now(error)
        return RedirectResponse(f"/deliveries?said={said}", 303)

    async def _take_up(self, which: str, visitor: Visitor) -> str:
        async with self._engine.db.write() as conn:
            now = await self._engine.db.now(conn)
            if which == "all":
                said = f"{await ledger.retry_all(conn, now)} will be sent again."
            elif which.isascii() and which.isdigit() and len(which) < 19:
                await ledger.retry(conn, int(which), now)
                said = f"Delivery {which} will be sent again."
            else:
                raise UsageError("There is no such delivery.")
        log.info("console.retry", delivery=which, who=visitor.name)
        return said

    def _fixed(self, text: str, kind: str) -> Callable[[Request], Awaitable[Response]]:
        async def given(_request: Request) -> Response:
            return Response(text, media_type=kind, headers={"Cache-Control": "max-age=60"})

        return given

    def _titles(self) -> dict[str, str]:
        return {topic.id: topic.title for topic in self._engine.taxonomy.topics}


def _not_now(error: Exception) -> Response:
    if isinstance(error, UsageError):
        return PlainTextResponse(str(error), 409)
    log.warning("console.failed", reason=type(error).__name__)
    return PlainTextResponse("The database does not answer; try again shortly.", 503)
