"""How sure it is that an entry tells its story, in words for `why` and time lines."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Surety:
    """How sure it is (0 to 1) that an entry tells a story: its own (`sure`; none for the one that
    opened it), or the one before it, which its own may be (`perhaps`)."""

    sure: float | None = None
    perhaps: float | None = None

    def said(self, headline: str = "") -> str:
        """Say it: `same story as “Ban widened”, 83% likely`; nothing of one that opened a story
        of which there is no doubt."""
        of = f" as “{headline}”" if headline else ""
        if self.sure is not None:
            return f"same story{of}{_likely(self.sure)}"
        if self.perhaps is not None:
            return f"may be the same story{of}{_likely(self.perhaps)}"
        return ""


NO_DOUBT = Surety()


def _likely(sure: float) -> str:
    return "" if sure >= 1 else f", {min(sure, 0.99):.0%} likely"
