"""What a batch of entries changes in the stories' rows, written at its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.news.story_choice import Choice
from bot.news.story_features import StoryFeatures
from bot.storage.tables import story


@dataclass(slots=True)
class _Span:
    """What one batch tells of one story: its earliest and latest entry there."""

    title: str
    started_at: datetime
    updated_at: datetime
    follows: int | None = None
    perhaps: float | None = None


class StoryLedger:
    """What a batch changes in stories, written at its end. New stories have negative numbers."""

    def __init__(self) -> None:
        self._spans: dict[int, _Span] = {}
        self._new = 0

    def note(self, new: StoryFeatures, made: Choice) -> int:
        """Note what was decided of an entry (entries come by time); give its story's number."""
        if made.story is None:
            self._new += 1
        story_id = -self._new if made.story is None else made.story
        perhaps = made.sure if made.relation == "perhaps" else None
        first = _Span(new.title, new.when, new.when, made.follows, perhaps)
        span = self._spans.setdefault(story_id, first)
        span.updated_at = max(span.updated_at, new.when)
        return story_id

    async def write(self, conn: AsyncConnection) -> dict[int, int]:
        """Write all that was noted; give the ids of the new stories by their numbers."""
        new = {number: span for number, span in self._spans.items() if number < 0}
        ids: dict[int, int] = {}
        if new:
            made = await conn.execute(
                insert(story).returning(story.c.id, sort_by_parameter_order=True),
                [
                    {
                        "title": span.title,
                        "started_at": span.started_at,
                        "updated_at": span.updated_at,
                        "perhaps": span.perhaps,
                    }
                    for span in new.values()
                ],
            )
            ids = dict(zip(new, map(int, made.scalars()), strict=True))
        follows = [
            {"story": ids[number], "after": ids.get(span.follows, span.follows)}
            for number, span in new.items()
            if span.follows is not None
        ]
        if follows:
            await conn.execute(_FOLLOWS, follows)
        await self._widen(conn)
        return ids

    async def _widen(self, conn: AsyncConnection) -> None:
        """Move the times of stories that were there before."""
        known = [
            {
                "story": number,
                "first": span.started_at,
                "last": span.updated_at,
                "headline": span.title,
            }
            for number, span in self._spans.items()
            if number > 0
        ]
        if known:
            await conn.execute(_LATER, [{"story": k["story"], "last": k["last"]} for k in known])
            await conn.execute(
                _EARLIER,
                [{name: k[name] for name in ("story", "first", "headline")} for k in known],
            )


_FOLLOWS = (
    update(story).where(story.c.id == bindparam("story")).values(follows_id=bindparam("after"))
)
_LATER = (
    update(story)
    .where(story.c.id == bindparam("story"), story.c.updated_at < bindparam("last"))
    .values(updated_at=bindparam("last"))
)
_EARLIER = (
    update(story)
    .where(story.c.id == bindparam("story"), story.c.started_at > bindparam("first"))
    .values(started_at=bindparam("first"), title=bindparam("headline"))
)
