"""Unexpected errors, reported to a server that speaks Sentry's protocol (EXPORTNEWS_SENTRY_DSN)."""

from __future__ import annotations

import sys
from collections.abc import Callable, MutableMapping
from importlib.metadata import version
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

from bot.errors import SettingsError
from bot.logs import Blotter
from bot.settings import Settings

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

Report = Callable[[MutableMapping[str, Any]], None]
Caught = tuple[type[BaseException], BaseException, TracebackType | None]

_FLUSH_SECONDS = 2.0
_UNSAID = {"event", "exc_info", "stack_info", "timestamp", "level", "logger"}


def reporter(settings: Settings) -> Report | None:
    """Give what reports a log line that has an exception; None when no DSN is set.

    The SDK watches nothing by itself: it is given what the log is given, without the values of
    variables, without secrets, and sends it from a thread of its own. Raises SettingsError when
    it is not installed or the DSN is none.
    """
    if settings.exportnews_sentry_dsn is None:
        return None
    try:
        import sentry_sdk
        from sentry_sdk.integrations.atexit import AtexitIntegration
        from sentry_sdk.integrations.dedupe import DedupeIntegration
        from sentry_sdk.integrations.excepthook import ExcepthookIntegration
        from sentry_sdk.utils import BadDsn
    except ImportError:
        raise SettingsError(
            "EXPORTNEWS_SENTRY_DSN is set, but sentry-sdk is not installed; run: python -m pip "
            "install 'exportnews[sentry]'."
        ) from None
    blotter = Blotter(settings.secrets)

    def without_secrets(event: Event, _hint: Hint) -> Event:
        return cast("Event", blotter.hide_in(event))

    try:
        sentry_sdk.init(
            dsn=settings.exportnews_sentry_dsn.get_secret_value(),
            release=f"exportnews@{version('exportnews')}",
            before_send=without_secrets,
            default_integrations=False,
            auto_enabling_integrations=False,
            integrations=[
                AtexitIntegration(callback=lambda _pending, _timeout: None),
                DedupeIntegration(),
                ExcepthookIntegration(),
            ],
            include_local_variables=False,
            send_default_pii=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            shutdown_timeout=_FLUSH_SECONDS,
        )
    except BadDsn:
        raise SettingsError(
            "EXPORTNEWS_SENTRY_DSN must be a DSN, as in https://KEY@HOST/PROJECT. Correct it and "
            "start again."
        ) from None

    def report(line: MutableMapping[str, Any]) -> None:
        caught = _caught(line.get("exc_info"))
        if caught is None:
            return
        with sentry_sdk.new_scope() as scope:
            scope.set_tag("event", str(line.get("event", ""))[:200])
            for name in line.keys() - _UNSAID:
                if not name.startswith("_"):
                    scope.set_extra(name, line[name])
            scope.capture_exception(caught)

    return report


def _caught(exc_info: object) -> Caught | None:
    """Give the exception of a log line, in whichever of logging's forms it has."""
    if isinstance(exc_info, BaseException):
        return type(exc_info), exc_info, exc_info.__traceback__
    if isinstance(exc_info, tuple):
        return cast("Caught", exc_info) if exc_info[1] is not None else None
    if exc_info:
        kind, error, trace = sys.exc_info()
        return (kind, error, trace) if kind is not None and error is not None else None
    return None
