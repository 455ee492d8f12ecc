"""`exportnews settings`: every setting, from the one place that defines them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from bot.database_address import shown_database_url
from bot.logs import Blotter
from bot.settings import Settings, load_settings

_GROUPS = (
    ("Slack", ("slack_", "exportnews_slack_")),
    ("Microsoft Teams", ("client_", "tenant_", "exportnews_teams_")),
    ("Keeping and forgetting", ("exportnews_keep_",)),
    ("The process, its database and its feeds", ("",)),
)
_COMPUTED = {"database_url": "a SQLite file in the user's data folder"}
_ENV_HEAD = """\
# Copy to .env, or set these in the environment. Everything is optional: without any of it
# `exportnews run` watches the default publications and prints alerts to the terminal.
# Written by: exportnews settings --format env
"""
_PAGE_HEAD = """\
# Settings

Settings are environment variables, or lines of a file `.env` in the current folder
([.env.example](../.env.example) has all of them). A wrong value stops the start with one sentence
that names the variable; values are never shown, for they may be secrets. `exportnews settings`
shows what is set. This page is written by `exportnews settings --format markdown`.
"""


class Format(StrEnum):
    """How the settings are written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    ENV = "env"


def register(app: typer.Typer) -> None:
    """Add `settings`."""

    @app.command()
    def settings(
        format_: Annotated[
            Format,
            typer.Option(
                "--format", help="text: what is set here; markdown, env: the reference of all."
            ),
        ] = Format.TEXT,
    ) -> None:
        """Show every setting, and what it is here; secrets only as set or not set."""
        if format_ is Format.MARKDOWN:
            typer.echo(as_markdown(), nl=False)
        elif format_ is Format.ENV:
            typer.echo(as_env(), nl=False)
        else:
            for line in _as_text(load_settings()):
                typer.echo(line)


def as_markdown() -> str:
    """Give the page docs/settings.md."""
    parts = [_PAGE_HEAD]
    for title, fields in _grouped():
        rows = [
            f"| `{name.upper()}` | {_default(name, field) or 'not set'} | {_meaning(field)} |\n"
            for name, field in fields
        ]
        parts.append(f"\n## {title}\n\n| variable | default | meaning |\n| --- | --- | --- |\n")
        parts.extend(rows)
    return "".join(parts)


def as_env() -> str:
    """Give the file .env.example: every variable at its default."""
    parts = [_ENV_HEAD]
    for title, fields in _grouped():
        parts.append(f"\n# --- {title}\n")
        for name, field in fields:
            computed = f"; default: {_COMPUTED[name]}" if name in _COMPUTED else ""
            value = "" if computed else _default(name, field)
            parts.append(f"# {_meaning(field)}{computed}\n{name.upper()}={value}\n")
    return "".join(parts)


def _as_text(settings: Settings) -> Iterator[str]:
    hidden = Blotter()
    for title, fields in _grouped():
        yield title
        for name, field in fields:
            value = getattr(settings, name)
            if isinstance(value, SecretStr):
                shown = "set"
            elif name == "database_url":
                shown = shown_database_url(value)
                if name not in settings.model_fields_set:
                    shown += " (the default)"
            else:
                shown = "not set" if value is None else hidden.hide(_plain(value))
            yield f"  {name.upper()} = {shown}"
            yield f"      {_meaning(field)}"


def _grouped() -> list[tuple[str, list[tuple[str, FieldInfo]]]]:
    waiting = dict(Settings.model_fields)
    found = []
    for title, prefixes in _GROUPS:
        names = [name for name in waiting if name.startswith(prefixes)]
        found.append((title, [(name, waiting.pop(name)) for name in names]))
    return [found[-1], *found[:-1]]


def _meaning(field: FieldInfo) -> str:
    return field.description or ""


def _default(name: str, field: FieldInfo) -> str:
    if name in _COMPUTED:
        return _COMPUTED[name]
    return "" if field.default is None else _plain(field.default)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"{value:g}" if isinstance(value, float) else str(value)
