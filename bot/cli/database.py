"""`exportnews db ...`: the schema and back-ups."""

from __future__ import annotations

import asyncio

import typer

from bot.settings import load_settings
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


async def _upgrade() -> str:
    db = Database(load_settings().database_url)
    try:
        await schema.upgrade(db)
        return schema.head()
    finally:
        await db.close()
