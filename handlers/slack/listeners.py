"""Every listener of the Bolt app, by kind."""

from __future__ import annotations

from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands.apologies import apology
from bot.engine import Engine
from bot.errors import BotError
from bot.messages.blocks import notice_message
from handlers.slack import actions, assistant, commands, events, shortcuts, views
from handlers.slack.desk import CUT, FAILED, Desk, reason_of, respond

log = structlog.get_logger(__name__)


def register(app: AsyncApp, engine: Engine) -> None:
    """Add all listeners, and what is said when one of them fails."""
    desk = Desk(engine)
    if engine.settings.exportnews_slack_assistant:
        assistant.register(app, desk)
    commands.register(app, desk)
    actions.register(app, desk)
    views.register(app, desk)
    shortcuts.register(app, desk)
    events.register(app, desk)

    @app.error
    async def failed(error: Exception, body: dict[str, Any], client: AsyncWebClient) -> None:
        log.error(
            "slack.answer_failed",
            kind=body.get("type") or ("command" if "command" in body else "unknown"),
            exc_info=None if isinstance(error, (BotError, *FAILED)) else error,
            reason=reason_of(error),
        )
        if not body.get("response_url"):
            return
        try:
            await respond(client, body, notice_message(apology(error)))
        except CUT as unreachable:
            log.warning("slack.not_answered", reason=reason_of(unreachable))
