"""Slack: thin listeners over the engine, by kind."""

from handlers.slack.front import open_front

__all__ = ["open_front"]
