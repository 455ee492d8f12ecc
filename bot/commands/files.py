"""Answers that are files: dates for a calendar, results of a search, the audit record."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from bot.commands import model
from bot.commands.answers import FileAnswer
from bot.commands.context import CommandContext
from bot.errors import UsageError
from bot.handling.export import as_csv as records_as_csv
from bot.handling.service import HandlingDesk
from bot.messages import actions, words
from bot.messages.calendar import calendar
from bot.messages.model import Alert
from bot.search import export
from bot.search.search import Search
from bot.storage.database import Database
from bot.subscriptions.permissions import may_change, refusal
from bot.subscriptions.service import Subscriptions

MOST_RESULTS = 2_000
"""Results in one file."""
MOST_CHARACTERS = 20_000_000
"""The longest audit record that is given in chat; the command line has no bound."""


class Alerts(Protocol):
    """Gives stored entries as alerts (`bot.commands.entries`)."""

    async def alert(self, entry_id: int) -> Alert:
        """Give an entry. Raises UsageError when it is no longer kept."""


class Files:
    """Makes files for people."""

    def __init__(
        self, db: Database, search: Search, subscriptions: Subscriptions, alerts: Alerts
    ) -> None:
        self._db = db
        self._search = search
        self._subscriptions = subscriptions
        self._alerts = alerts
        self._desk = HandlingDesk(db)

    async def calendar(self, entry_id: int) -> FileAnswer:
        """Give the dates of an entry for a calendar."""
        alert = await self._alerts.alert(entry_id)
        if not alert.dates:
            raise UsageError("That article names no dates.")
        number = words.count(len(alert.dates), "date")
        return FileAnswer(
            f"dates-{entry_id}.ics",
            calendar(alert, await self._db.moment()),
            f"{number} of “{alert.title[:150]}”, for your calendar.",
        )

    async def search(self, asked: actions.ExportSearch, context: CommandContext) -> FileAnswer:
        """Give what a search finds, for those who may change settings in this workspace."""
        here = context.channel
        who = await self._subscriptions.permission(here.platform, here.workspace)
        if not may_change(who, context.actor):
            raise UsageError(f"Files are for the same people as settings. {refusal(who)}")
        found = await self._search.find(asked.query, limit=MOST_RESULTS)
        number = words.count(len(found.results), "article")
        of = f" of {found.total:,}" if found.total > len(found.results) else ""
        content = (
            json.dumps(export.as_json(found), ensure_ascii=False, indent=1)
            if asked.form == "json"
            else export.as_csv(found)
        )
        name = f"search-{(await self._db.moment()):%Y%m%d-%H%M}.{asked.form}"
        said = (*found.notes, f"{number}{of} found for: {found.query[:300]}")
        return FileAnswer(name, content, " ".join(said))

    async def audit(self, asked: model.Audit, context: CommandContext) -> FileAnswer:
        """Give the record of what teams of this workspace did with alerts, to admins."""
        if not context.actor.admin:
            raise UsageError("Only admins of this workspace get the audit record.")
        here = context.channel
        found = self._desk.records(
            platform=here.platform,
            workspace_id=here.workspace,
            since=midnight(asked.since),
            until=midnight(asked.until, days=1),
        )
        content, lines = await _bounded(records_as_csv(found))
        number = words.count(lines - 1, "step")
        return FileAnswer(
            f"audit-{(await self._db.moment()):%Y%m%d}.csv",
            content,
            f"{number} taken with alerts in this workspace, the oldest first.",
        )


def midnight(day: date | None, *, days: int = 0) -> datetime | None:
    """Give when a day begins (UTC), or so many days later; None for none."""
    if day is None:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=days)


async def _bounded(lines: AsyncIterator[str]) -> tuple[str, int]:
    found: list[str] = []
    size = 0
    async for line in lines:
        found.append(line)
        size += len(line)
        if size > MOST_CHARACTERS:
            raise UsageError(
                "That is too much for one file here: `audit from:2026-01-01 to:2026-03-31`, or "
                "`exportnews audit --csv` at the command line."
            )
    return "".join(found), len(found)
