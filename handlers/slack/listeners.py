"""Every listener of the Bolt app, by kind."""

from __future__ import annotations

from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import SQLAlchemyError

from bot.engine import Engine
from bot.errors import BotError
from handlers.slack import actions, commands, events, shortcuts, views
from handlers.slack.desk import Desk

log = structlog.get_logger(__name__)

AWAY = "I cannot reach my database just now. Nothing is lost; please try again in a minute."
BROKEN = "Something went wrong on my side. It is noted in my log; please try again."


def register(app: AsyncApp, engine: Engine) -> None:
    """Add all listeners, and what is said when one of them fails."""
    desk = Desk(engine)
    commands.register(app, desk)
    actions.register(app, desk)
    views.register(app, desk)
    shortcuts.register(app, desk)
    events.register(app, desk)

    @app.error
    async def failed(error: Exception, body: dict[str, Any], respond: AsyncRespond) -> None:
        log.error(
            "slack.answer_failed",
            kind=body.get("type") or ("command" if "command" in body else "unknown"),
            exc_info=None if isinstance(error, BotError | SlackApiError) else error,
            reason=type(error).__name__,
        )
        if not body.get("response_url"):
            return
        away = isinstance(error, BotError | SQLAlchemyError)
        await respond(text=AWAY if away else BROKEN, response_type="ephemeral")
