"""A topic's weeks as bars: where each stands, for the page's SVG."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH, HEIGHT, GAP = 240, 48, 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in the units of the drawing; `count` is what it stands for."""

    x: float
    y: float
    width: float
    height: float
    count: int


def bars(counts: tuple[int, ...], highest: int) -> tuple[Bar, ...]:
    """Place a bar for each count, all on the scale on which `highest` is the full height.

    A count that is not zero is at least two units high, so that it can be seen.
    """
    step = WIDTH / max(1, len(counts))
    placed = []
    for place, count in enumerate(counts):
        height = max(2.0, HEIGHT * count / max(1, highest)) if count else 0.0
        placed.append(
            Bar(round(place * step, 1), round(HEIGHT - height, 1), step - GAP, height, count)
        )
    return tuple(placed)
