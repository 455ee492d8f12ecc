"""Log lines: readable on a terminal, or JSON, always without secrets."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any

import structlog

from bot.settings import LogFormat

HIDDEN = "[hidden]"
_SHORTEST = 6
"""A secret of fewer characters would blot out half of what is said."""
_SECRETS = re.compile(
    r"xox[a-z]+(?:\.xox[a-z]+)?-[\w-]+|xapp-[\w-]+"
    r"|hooks\.slack\.com/\S+"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
    r"|(?i:(?<=bearer )|(?<=token=)|(?<=secret=)|(?<=password=)|(?<=passwd=)|(?<=pwd=)"
    r"|(?<=key=)|(?<=sig=)|(?<=signature=)|(?<=auth=))[^\s&\"']+"
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROLS_BUT_LINES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_MANY_LINES = frozenset({"exception", "stack"})


class Blotter:
    """Blots out what looks like a secret, and the secrets of the settings wherever they stand."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({one for one in secrets if len(one) >= _SHORTEST}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def hide(self, text: str) -> str:
        """Give `text` without secrets."""
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        return _SECRETS.sub(HIDDEN, text)

    def hide_in(self, value: Any) -> Any:  # noqa: ANN401 - whatever a log line or a report holds
        """Give a text, or all texts in lists and mappings however deep, without secrets."""
        if isinstance(value, str):
            return self.hide(value)
        if isinstance(value, Mapping):
            return {key: self.hide_in(one) for key, one in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.hide_in(one) for one in value]
        return value

    def __call__(
        self,
        _logger: Any,  # noqa: ANN401 - structlog's signature
        _method: str,
        event: MutableMapping[str, Any],
    ) -> MutableMapping[str, Any]:
        """Clean one line of structlog's. What is not ours to write (a publisher's or a hub's
        words) can neither begin a line of its own nor steer a terminal."""
        for key, value in event.items():
            if key.startswith("_"):  # structlog's own
                continue
            cleaned = self.hide_in(value)
            if isinstance(cleaned, str):
                control = _CONTROLS_BUT_LINES if key in _MANY_LINES else _CONTROLS
                cleaned = control.sub(_as_code, cleaned)
            event[key] = cleaned
        return event


def _as_code(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


def configure(
    log_format: LogFormat,
    level: str,
    secrets: Iterable[str] = (),
    report: Callable[[MutableMapping[str, Any]], None] | None = None,
) -> None:
    """Set up logging for the process: everything to standard error, one line an event.

    `secrets`: what must never be written, whatever brings it. `report`: is given every line that
    is written, with its exception still in it.
    """

    def reported(
        _logger: Any,  # noqa: ANN401 - structlog's signature
        _method: str,
        event: MutableMapping[str, Any],
    ) -> MutableMapping[str, Any]:
        if report is not None:
            report(event)
        return event

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        reported,
        structlog.processors.format_exc_info,
        Blotter(secrets),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format is LogFormat.json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in (
        "httpx",
        "httpcore",
        "apscheduler",
        "aiosqlite",
        "alembic",
        "slack_bolt",
        "uvicorn.error",
    ):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
