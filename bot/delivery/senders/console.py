"""Prints alerts on the terminal: where they go as long as nothing is connected."""

from __future__ import annotations

from datetime import datetime

from rich.console import Console

from bot.delivery.model import Address, Outgoing, SaidPage, Sought
from bot.errors import DeliveryError


class ConsoleSender:
    """Prints each message to standard output, with its channel when that is not the console."""

    edits = False

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(markup=False, highlight=False, soft_wrap=True)

    async def send(self, address: Address, outgoing: Outgoing) -> str:
        """Print a message. It has no id of its own, so the delivery's is given."""
        head = "" if address.channel == "console" else f"[{address.name or address.channel}] "
        self._console.print(f"{head}{outgoing.message.text}\n")
        return str(outgoing.delivery_id)

    async def find(self, address: Address, sought: Sought) -> str | None:  # noqa: ARG002
        """Raise DeliveryError: nobody knows what a terminal has shown."""
        raise DeliveryError("A terminal cannot be asked what it has shown.")

    async def said(
        self,
        address: Address,  # noqa: ARG002
        since: datetime,  # noqa: ARG002
        *,
        after: str = "",  # noqa: ARG002
        before: str = "",  # noqa: ARG002
    ) -> SaidPage:
        """Raise DeliveryError: nobody knows what a terminal has shown."""
        raise DeliveryError("A terminal cannot be asked what it has shown.")

    async def update(
        self,
        address: Address,
        external_id: str,  # noqa: ARG002 - what is printed stays
        outgoing: Outgoing,
    ) -> None:
        """Print the new text below the old."""
        await self.send(address, outgoing)
