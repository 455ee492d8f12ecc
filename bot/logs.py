"""Log lines: readable on a terminal, or JSON, always without secrets."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from bot.settings import LogFormat

_SECRETS = re.compile(
    r"xox[a-z]+(?:\.xox[a-z]+)?-[\w-]+|xapp-[\w-]+"
    r"|hooks\.slack\.com/\S+"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
    r"|(?i:(?<=bearer )|(?<=token=)|(?<=secret=)|(?<=password=)|(?<=key=)|(?<=sig=))[^\s&\"']+"
)


def hide_secrets(text: str) -> str:
    """Give `text` with everything that looks like a token or password blotted out."""
    return _SECRETS.sub("[hidden]", text)


def configure(log_format: LogFormat, level: str) -> None:
    """Set up logging for the process: everything to standard error, one line an event."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _blot,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
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


def _blot(
    _logger: Any,  # noqa: ANN401 - structlog's signature
    _method: str,
    event: MutableMapping[str, Any],
) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = hide_secrets(value)
    return event
