"""`exportnews teams`: the app package for Microsoft Teams, and who may change settings there."""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.opening import open_database, taxonomy_here
from bot.errors import UsageError
from bot.settings import Settings, load_settings
from bot.subscriptions.model import Actor
from bot.subscriptions.permissions import WhoMayChange, parse_permission
from bot.subscriptions.service import Subscriptions
from bot.teams import package as packages

OPERATOR = Actor("cli", "operator")


def register(app: typer.Typer) -> None:
    """Add the group `teams`."""
    group = typer.Typer(no_args_is_help=True, help="Microsoft Teams: the app package, and rights.")
    app.add_typer(group, name="teams")

    @group.command()
    def package(
        website: Annotated[
            str, typer.Option(help="Your organisation's address, shown in Teams (https://...).")
        ] = "",
        out: Annotated[Path, typer.Option(help="Where to write it.")] = Path(
            "exportnews-teams.zip"
        ),
        developer: Annotated[str, typer.Option(help="Who runs the bot.")] = "exportnews",
        privacy: Annotated[
            str, typer.Option(help="Your privacy statement; default: website.")
        ] = "",
        terms: Annotated[str, typer.Option(help="Your terms of use; default: website.")] = "",
        name: Annotated[str, typer.Option(help="What the bot is called.")] = "exportnews",
        app_version: Annotated[
            str, typer.Option("--app-version", help="The package's version; raise it to update.")
        ] = "",
    ) -> None:
        """Write the app package (manifest and icons, zipped) to upload to Teams."""
        settings = load_settings()
        if settings.client_id is None:
            raise UsageError(
                "CLIENT_ID is missing; set it to the app registration's application (client) id."
            )
        details = packages.AppDetails(
            app_id=settings.client_id,
            version=app_version or version("exportnews"),
            developer=developer,
            website=website or settings.exportnews_public_url or "",
            privacy=privacy,
            terms=terms,
            name=name,
        )
        packed = packages.build(details)
        try:
            out.write_bytes(packed)
        except OSError as error:
            raise UsageError(f"{out} cannot be written ({error.strerror}).") from None
        typer.echo(
            f"Wrote {out}. Upload it in the Teams admin center, or to a team (docs/teams.md)."
        )

    @group.command()
    def permission(
        who: Annotated[
            str, typer.Argument(help="everyone, members (of the channel), or admins (operators).")
        ] = "",
        tenant: Annotated[str, typer.Option(help="The tenant's id; default: TENANT_ID.")] = "",
    ) -> None:
        """Say who may change what channels of a tenant get, or set it."""
        settings = load_settings()
        where = tenant or settings.tenant_id or ""
        if not where:
            raise UsageError("Name the tenant with --tenant, or set TENANT_ID.")
        now = asyncio.run(_permission(settings, where, parse_permission(who) if who else None))
        typer.echo(f"Settings of the tenant's channels may be changed by: {now}.")


async def _permission(settings: Settings, tenant: str, who: WhoMayChange | None) -> WhoMayChange:
    async with open_database(settings) as db:
        door = Subscriptions(db, taxonomy_here())
        if who is not None:
            await door.set_permission("teams", tenant, OPERATOR, who)
        return await door.permission("teams", tenant)
