"""Copies of the database while it is in use, and what a copy must know when it is put back."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StorageError, UsageError
from bot.storage.database import Database
from bot.storage.dialects import is_postgresql
from bot.storage.tables import channel, delivery, entry, feed, recalled

ID_GAP = 1_000_000
"""How far a restored database's delivery ids begin after the copy's last: the ids that were given
after the copy was made stand in messages' metadata and must not come again."""

_DUMP_SECONDS = 6 * 3600


async def backup(db: Database, target: Path) -> None:
    """Write a consistent copy of the database to `target`, while others read and write.

    SQLite: a database file, ready to be used (already marked by `mark_restored`). PostgreSQL:
    pg_dump's custom format, for pg_restore. Raises UsageError when it cannot be written there or
    pg_dump is missing, StorageError when the copy fails.
    """
    if not target.name:
        raise UsageError("Name the file that the copy is written to.")
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        await asyncio.to_thread(_make, partial, target)
        if db.is_sqlite:
            await _copy_sqlite(db, target, partial)
        else:
            await asyncio.to_thread(_dump_postgresql, db.url, partial)
        await asyncio.to_thread(partial.replace, target)
    except OSError as error:
        raise UsageError(
            f"The copy cannot be written to {target}: {error.strerror}.", detail=str(error)
        ) from error
    finally:
        await asyncio.to_thread(_remove, partial)


def _make(partial: Path, target: Path) -> None:
    """Make the empty file that is written and then moved to `target`, its owner's alone."""
    if target.is_symlink():
        # Moving a file there would replace the link, and where it leads nobody would look.
        raise UsageError(f"{target} is a link to {target.readlink()}; name the file itself.")
    if target.exists() and not target.is_file():
        raise UsageError(f"{target} is there and is no file; name another.")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _remove(partial: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        with suppress(OSError):  # where nothing can be made nothing is to be removed
            partial.with_name(partial.name + suffix).unlink(missing_ok=True)


async def _copy_sqlite(db: Database, target: Path, partial: Path) -> None:
    await asyncio.to_thread(_copy_file, Path(db.url.database or ""), target, partial)
    copy = Database(f"sqlite+aiosqlite:///{partial}")
    try:
        async with copy.write() as conn:
            await mark_restored(conn)
    finally:
        await copy.close()


def _copy_file(source: Path, target: Path, partial: Path) -> None:
    if target.exists() and source.exists() and target.samefile(source):
        raise UsageError("This is the database itself; name another file.")
    try:
        with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(partial)) as there:
            # In one step: with several, each write by others would begin the copy anew. It reads
            # a snapshot (WAL), so nobody waits for it.
            here.backup(there, pages=-1)
    except sqlite3.Error as error:
        raise StorageError("The database could not be copied.", detail=str(error)) from error


def _dump_postgresql(url: URL, partial: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise UsageError(
            "A PostgreSQL database is copied by pg_dump, which is not installed here. Install "
            "PostgreSQL's client programs of the server's version, or use your provider's back-ups."
        )
    environment = dict(os.environ)
    if url.password:
        environment["PGPASSWORD"] = str(url.password)  # not on the command line, where all see it
    plain = url.set(drivername="postgresql", password=None).render_as_string()
    command = [program, "--format=custom", "--no-owner", f"--file={partial}", f"--dbname={plain}"]
    try:
        subprocess.run(
            command, env=environment, check=True, capture_output=True, timeout=_DUMP_SECONDS
        )
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()
        if any("server version mismatch" in line for line in said):
            raise UsageError(
                f"{program} is older than the server ({said[-1].rpartition('detail: ')[2]}). It "
                "must be of the server's version or newer: install PostgreSQL's client programs "
                "of that version (postgresql.org/download), and put them first in PATH."
            ) from None
        raise StorageError(
            f"pg_dump failed: {said[-1] if said else 'it says nothing'}"[:300]
        ) from None
    except subprocess.TimeoutExpired:
        raise StorageError("pg_dump took longer than six hours and was stopped.") from None


async def mark_restored(conn: AsyncConnection) -> int:
    """Prepare a copy for being put back, and give the number of deliveries that are in doubt.

    What channels were told after the copy was made is not in it, so each is asked before anything
    is sent to it (`bot.delivery.recall`). What was owed when the copy was made may have been sent
    since, so it is in doubt where its channel cannot be asked. Leases of then mean nothing now.
    """
    copied = await _last_moment(conn)
    doubtful = await conn.execute(
        update(delivery)
        .where(delivery.c.state.in_(("pending", "failed", "sending")))
        .values(
            state="failed",
            unknown=True,
            attempts=0,
            tried_at=func.coalesce(delivery.c.tried_at, copied),
        )
    )
    await conn.execute(delete(recalled))
    await conn.execute(
        update(channel).values(recall_from=copied, recall_before=None, recalled_at=None)
    )
    for table in (channel, feed):
        await conn.execute(
            update(table)
            .where(table.c.lease_until.is_not(None))
            .values(lease_by=None, lease_until=None)
        )
    last = await conn.scalar(select(func.max(delivery.c.id))) or 0
    if is_postgresql(conn):
        set_next = "SELECT setval(pg_get_serial_sequence('delivery', 'id'), :next)"
        await conn.execute(text(set_next), {"next": last + ID_GAP})
    else:
        await _set_sqlite_sequence(conn, last)
    return doubtful.rowcount


async def _last_moment(conn: AsyncConnection) -> datetime | None:
    """Give the last moment that the copy knows of: what was sent later, it cannot know."""
    moments = [
        await conn.scalar(select(func.max(column)))
        for column in (
            feed.c.last_poll_at,
            entry.c.first_seen_at,
            channel.c.created_at,
            delivery.c.created_at,
            delivery.c.sent_at,
            delivery.c.tried_at,
        )
    ]
    return max((moment for moment in moments if moment is not None), default=None)


async def _set_sqlite_sequence(conn: AsyncConnection, last: int) -> None:
    known = text("SELECT seq FROM sqlite_sequence WHERE name = 'delivery'")
    given = await conn.scalar(known)
    if given is None:
        await conn.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES ('delivery', 0)"))
    next_id = max(last, int(given or 0)) + ID_GAP
    set_next = text("UPDATE sqlite_sequence SET seq = :next WHERE name = 'delivery'")
    await conn.execute(set_next, {"next": next_id})
