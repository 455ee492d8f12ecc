"""The `exportnews` command: one module for each group of commands."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import typer
from rich.console import Console

from bot.errors import (
    BotError,
    CatalogueError,
    QueryError,
    SettingsError,
    TaxonomyError,
    UsageError,
)

DONE, DONE_WITH_FAILURES, WRONG_USE = 0, 1, 2


def build() -> typer.Typer:
    """Put the command together: every module of this package registers its commands."""
    app = typer.Typer(
        name="exportnews",
        help="Export-control news, understood by topic and delivered once to the right channel.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        module = importlib.import_module(f"bot.cli.{name}")
        if hasattr(module, "register"):  # the others are what commands share
            module.register(app)
    return app


def main() -> None:
    """Run the command; exit 0 done, 1 done with failures, 2 wrong use or input."""
    try:
        build()()
    except BotError as error:
        Console(stderr=True, soft_wrap=True, markup=False, highlight=False).print(str(error))
        sys.exit(_exit_status(error))
    except KeyboardInterrupt:
        sys.exit(DONE)


def _exit_status(error: BotError) -> int:
    wrong_use = (SettingsError, UsageError, CatalogueError, TaxonomyError, QueryError)
    return WRONG_USE if isinstance(error, wrong_use) else DONE_WITH_FAILURES
