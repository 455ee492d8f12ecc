"""Whether the database answers, fits, and what stands in it of feeds and deliveries."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryFile

from sqlalchemy import and_, func, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.delivery.claims import in_state
from bot.doctor.model import Finding
from bot.errors import BotError
from bot.feeds.report import NO_NETWORK
from bot.messages.words import count
from bot.settings import Settings
from bot.storage import schema
from bot.storage.database import Database
from bot.storage.tables import channel, delivery, feed, publication, workspace

NAMED = 5
SKEW = timedelta(seconds=60)


async def database(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Check the database, its schema and clock, and look for failing feeds and dead deliveries."""
    if settings.uses_sqlite and (trouble := _file_trouble(settings)) is not None:
        yield trouble
        return
    kind = "SQLite" if settings.uses_sqlite else "PostgreSQL"
    try:
        db = Database(settings.database_url)
    except BotError as error:
        yield Finding("wrong", "database", str(error))
        return
    try:
        await schema.check(db)
        yield Finding("ok", "database", f"{kind} answers; its schema is {schema.HEAD}.")
        async with db.read() as conn:
            skew = abs(await db.now(conn) - clock())
        if skew > SKEW:
            seconds = int(skew.total_seconds())
            text = f"This machine and the database differ by {seconds} s; set the clocks (NTP)."
            yield Finding("wrong", "clock", text)
        yield await _feeds(db)
        yield await _dead(db)
        if (paused := await _paused(db)) is not None:
            yield paused
    except BotError as error:
        yield Finding("wrong", "database", str(error))
    except SQLAlchemyError as error:
        text = f"{kind} does not answer as it should ({type(error).__name__}); check DATABASE_URL."
        yield Finding("wrong", "database", text)
    finally:
        await db.close()


def _file_trouble(settings: Settings) -> Finding | None:
    file = Path(make_url(settings.database_url).database or "")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryFile(dir=file.parent):  # SQLite writes its journal beside the file
            pass
    except OSError as error:
        text = (
            f"{file.parent} cannot be written ({error.strerror}); set DATABASE_URL to a place "
            "that can."
        )
        return Finding("wrong", "database", text)
    if not file.exists():
        text = f"There is none at {file} yet; the first `exportnews run` makes it."
        return Finding("note", "database", text)
    return None


async def _feeds(db: Database) -> Finding:
    failing = (
        select(publication.c.name, feed.c.last_error)
        .join_from(feed, publication)
        .where(feed.c.failures > 0, feed.c.state == "active")
        .order_by(feed.c.failing_since)
    )
    async with db.read() as conn:
        total = await conn.scalar(select(func.count()).select_from(feed)) or 0
        rows = (await conn.execute(failing)).all()
    if not total:
        return Finding(
            "note", "feeds", "None yet; the first `exportnews run` adds the catalogue's."
        )
    if not rows:
        return Finding("ok", "feeds", f"{count(total, 'feed')}, none failing.")
    named = " ".join(f"{row.name}: {_sentence(row.last_error)}" for row in rows[:NAMED])
    if more := len(rows) - NAMED:
        named += f" And {more} more." if more > 0 else ""
    if len(rows) == total > 1:
        named = f"None can be read; {NO_NETWORK} {named}"
    return Finding("wrong", "feeds", f"{named} See `exportnews feeds list`.")


async def _dead(db: Database) -> Finding:
    query = select(func.count()).select_from(delivery).where(in_state(delivery, "dead"))
    async with db.read() as conn:
        dead = await conn.scalar(query) or 0
    if dead:
        text = (
            f"{count(dead, 'delivery', 'deliveries')} could not be made; "
            "see `exportnews deliveries --state dead`."
        )
        return Finding("wrong", "deliveries", text)
    return Finding("ok", "deliveries", "All were made, or wait for their time.")


async def _paused(db: Database) -> Finding | None:
    """Name channels that get nothing until somebody resumes them, and what waits for them."""
    waiting = func.count(delivery.c.id)
    query = (
        select(channel.c.external_id, channel.c.name, channel.c.paused_reason, waiting)
        .join_from(channel, workspace)
        .outerjoin(
            delivery,
            and_(
                delivery.c.channel_id == channel.c.id, delivery.c.state.in_(("pending", "failed"))
            ),
        )
        .where(channel.c.paused_at.is_not(None), workspace.c.removed_at.is_(None))
        .group_by(channel.c.id, channel.c.external_id, channel.c.name, channel.c.paused_reason)
        .order_by(waiting.desc(), channel.c.id)
    )
    async with db.read() as conn:
        rows = (await conn.execute(query)).all()
    if not rows:
        return None
    named = " ".join(
        f"{name or external_id}: {_sentence(why)}" for external_id, name, why, _ in rows[:NAMED]
    )
    more = f" And {len(rows) - NAMED} more." if len(rows) > NAMED else ""
    owed = count(sum(row[3] for row in rows), "delivery waits", "deliveries wait")
    where = count(len(rows), "paused channel")
    text = (
        f"{owed} in {where}. {named}{more} Mend what paused them, then "
        "`exportnews deliveries resume CHANNEL`; or unsubscribe them."
    )
    return Finding("note", "paused channels", text)


def _sentence(text: str | None) -> str:
    return f"{(text or 'it fails').rstrip('.')}."
