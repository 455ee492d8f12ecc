"""What a person is told when an answer fails: the same on every platform."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from bot.errors import BotError

AWAY = "I cannot reach my database just now. Nothing is lost; please try again in a minute."
BROKEN = "Something went wrong on my side. It is noted in my log; please try again."


def apology(error: BaseException) -> str:
    """Give the sentence for an answer that failed with `error`."""
    return AWAY if isinstance(error, BotError | SQLAlchemyError) else BROKEN
