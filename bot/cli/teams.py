"""`exportnews teams package`: the app package for Microsoft Teams."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from bot.errors import UsageError
from bot.settings import load_settings
from bot.teams import package as packages


def register(app: typer.Typer) -> None:
    """Add the group `teams`."""
    group = typer.Typer(no_args_is_help=True, help="Microsoft Teams: the app package.")
    app.add_typer(group, name="teams")

    @group.callback()
    def teams() -> None:
        """Stand for the group, which would else be its one command."""

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
