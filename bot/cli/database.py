"""`exportnews db ...`: the schema and back-ups."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import make_url

from bot.cli.opening import open_database
from bot.errors import UsageError
from bot.messages.words import count
from bot.settings import load_settings
from bot.storage import backup as copies
from bot.storage import schema
from bot.storage.database import Database


def register(app: typer.Typer) -> None:
    """Add the `db` group."""
    group = typer.Typer(help="The database: schema and back-up.", no_args_is_help=True)
    app.add_typer(group, name="db")

    @group.command()
    def upgrade() -> None:
        """Bring the database's schema to this version of exportnews."""
        typer.echo(f"The database is at version {asyncio.run(_upgrade())}.")

    @group.command()
    def backup(
        file: Annotated[Path, typer.Argument(help="Where the copy is written.")],
        force: Annotated[
            bool, typer.Option("--force", help="Replace the file when it is there already.")
        ] = False,
    ) -> None:
        """Copy the database while it is in use."""
        holds_something = file.is_file() and not file.is_symlink() and file.stat().st_size > 0
        if holds_something and not force:
            raise UsageError(f"{file} is there already; name another file, or give --force.")
        typer.echo(asyncio.run(_backup(file)))

    @group.command()
    def restored() -> None:
        """Say that this database was put back from a copy, before anything else is started.

        Every channel is then asked what it was told since, before anything is sent to it. A
        SQLite copy made by `db backup` has this done already.
        """
        settings = load_settings()
        file = Path(make_url(settings.database_url).database or "")
        if settings.uses_sqlite and not file.exists():
            raise UsageError(f"There is no database at {file}; check DATABASE_URL.")
        owed = asyncio.run(_restored())
        typer.echo(
            f"{count(owed, 'delivery was', 'deliveries were')} owed when the copy was made. Each "
            "channel is asked what it was told since, before anything is sent to it."
        )


async def _upgrade() -> str:
    db = Database(load_settings().database_url)
    try:
        await schema.upgrade(db)
        return schema.HEAD
    finally:
        await db.close()


async def _backup(file: Path) -> str:
    async with open_database() as db:
        await copies.backup(db, file)
        if db.is_sqlite:
            return f"Copied to {file}. To put it back, stop exportnews and move it into place."
        return (
            f"Copied to {file}. To put it back: pg_restore --clean --if-exists, then "
            "`exportnews db restored` before anything is started."
        )


async def _restored() -> int:
    async with open_database() as db, db.write() as conn:
        return await copies.mark_restored(conn)
