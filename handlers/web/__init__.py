"""The web process's own pages: health, metrics, console."""

from handlers.web.front import open_front

__all__ = ["open_front"]
