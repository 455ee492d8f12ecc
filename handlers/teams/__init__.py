"""Microsoft Teams: thin listeners over the engine, by kind."""

from handlers.teams.front import open_front

__all__ = ["open_front"]
