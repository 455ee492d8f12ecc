"""The console's stories: what came last, what a search finds, and one story with its time line."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.delivery.composer import StoredComposer
from bot.engine import Engine
from bot.search.search import RANKED
from bot.story_list import StoryPage, first_report, latest_stories, newest_position, rows_of

Shown = dict[str, Any]  # what a template is filled with; it crosses no other door

PAGE = 25
_LARGEST = 2**62


class Stories:
    """Fills the pages of stories."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._composer = StoredComposer(engine.taxonomy)
        self._titles = {topic.id: topic.title for topic in engine.taxonomy.topics}

    async def listed(self, request: Request) -> Shown:
        """Give what `/` shows: the latest stories (`topic`, `before`, `after`), or what is found by
        `q` (`from`, `upto`)."""
        query = request.query_params.get("q", "")[:500]
        shown = await (self._found(request, query) if query.strip() else self._latest(request))
        return {"query": query, "titles": self._titles, **shown}

    async def one(self, request: Request) -> Shown:
        """Give what a story's own page shows. Raises HTTPException (404) where there is none."""
        number = int(request.path_params["story"])
        async with self._engine.db.read() as conn:
            entry_id = await first_report(conn, number) if number < _LARGEST else None
            rows = await rows_of(conn, self._composer, [entry_id] if entry_id else [])
        if not rows or entry_id is None:
            raise HTTPException(404)
        life = await self._engine.search.matter(entry_id)
        return {"story": rows[0], "life": life.results, "titles": self._titles}

    async def _latest(self, request: Request) -> Shown:
        asked = request.query_params.get("topic", "")[:100]
        topic = self._engine.taxonomy.resolve(asked) if asked else None
        page = StoryPage(())
        if topic is not None or not asked:
            async with self._engine.db.read() as conn:
                page = await latest_stories(
                    conn,
                    self._composer,
                    topic=topic.id if topic else None,
                    before=_position(request, "before"),
                    after=_position(request, "after"),
                    limit=PAGE,
                )
        kept = {"topic": topic.id} if topic else {}
        return {
            "rows": page.rows,
            "topic": topic,
            "unknown": "" if topic else asked,
            "newer": _link(kept, after=page.newer),
            "older": _link(kept, before=page.older),
        }

    async def _found(self, request: Request, query: str) -> Shown:
        first = min(_position(request, "from") or 0, RANKED)
        async with self._engine.db.read() as conn:
            upto = _position(request, "upto") or await newest_position(conn)
        found = await self._engine.search.find(
            query, limit=PAGE + 1, offset=first, by_story=True, upto=upto
        )
        ids = [one.id for one in found.results[:PAGE]]
        async with self._engine.db.read() as conn:
            rows = await rows_of(conn, self._composer, ids)
        kept = {"q": query, "upto": upto}
        more = len(found.results) > PAGE and first + PAGE < RANKED
        return {
            "rows": rows,
            "found": found,
            "first": first,
            "newer": _link(kept, **{"from": max(first - PAGE, 0) if first else None}),
            "older": _link(kept, **{"from": first + PAGE if more else None}),
        }


def _position(request: Request, name: str) -> int | None:
    """Read a place in the list; None for what is none."""
    given = request.query_params.get(name, "")
    known = given.isascii() and given.isdigit() and len(given) < 20
    return min(int(given), _LARGEST) if known else None


def _link(kept: dict[str, Any], **place: int | None) -> str:
    """Give the address of a page beside this one; nothing where there is none."""
    at = {name: value for name, value in place.items() if value is not None}
    return "/?" + urlencode(kept | at) if at else ""
