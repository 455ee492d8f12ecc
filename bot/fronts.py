"""What answers people, as the engine sees it.

`bot` never imports `handlers`: each handler package names a function under the entry point
group `exportnews.fronts`, which makes its front from the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from typing import Protocol, cast

from starlette.routing import BaseRoute

from bot.engine import Engine
from bot.serving import NotFound

GROUP = "exportnews.fronts"


class Front(Protocol):
    """One platform's handlers.

    `not_found` answers requests for which no front has a route; one front at most has it.
    """

    not_found: NotFound | None

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """The HTTP routes to serve; none when the platform is not set up."""

    async def connect(self) -> bool:
        """Open the connection over which the platform reaches a process without a public address
        (Slack's Socket Mode); False when there is none to open.

        Raises SettingsError when the platform refuses the credentials.
        """

    async def close(self) -> None:
        """Finish what is being answered and close every connection."""


def load_fronts(engine: Engine) -> list[Front]:
    """Make every installed front, by name."""
    found = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    return [cast(Callable[[Engine], Front], point.load())(engine) for point in found]
