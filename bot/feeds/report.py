"""What polling did, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

NO_NETWORK = "this machine may have no network, or need a proxy (HTTPS_PROXY)."


@dataclass(frozen=True, slots=True)
class PollReport:
    """What polling did. `unchanged` and `failed` are among the `polled`, `history` (a first
    poll's entries, which nobody is alerted of) among the `new`."""

    polled: int = 0
    failed: int = 0
    unchanged: int = 0
    new: int = 0
    edited: int = 0
    deliveries: int = 0
    history: int = 0

    def __add__(self, other: PollReport) -> PollReport:
        return PollReport(
            self.polled + other.polled,
            self.failed + other.failed,
            self.unchanged + other.unchanged,
            self.new + other.new,
            self.edited + other.edited,
            self.deliveries + other.deliveries,
            self.history + other.history,
        )
