"""The app's icons, drawn: an open case that an arrow leaves. PNG, with nothing but zlib."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise

ACCENT = "#0F4C81"
COLOUR_SIZE, OUTLINE_SIZE = 192, 32

_Point = tuple[float, float]
_Paint = Callable[[float], tuple[int, int, int, int]]
"""The pixel (red, green, blue, opacity) for the share of it that the symbol covers."""

_WHITE = (255, 255, 255)
_CASE: tuple[_Point, ...] = ((0.46, 0.16), (0.14, 0.16), (0.14, 0.86), (0.84, 0.86), (0.84, 0.54))
_ARROW: tuple[_Point, ...] = ((0.42, 0.58), (0.87, 0.13))
_HEAD: tuple[_Point, ...] = ((0.62, 0.13), (0.87, 0.13), (0.87, 0.38))
_HALF_STROKE = 0.06


def colour_icon() -> bytes:
    """The icon of 192 by 192: the symbol in the middle half, on the accent colour."""
    accent = _rgb(ACCENT)
    return _png(COLOUR_SIZE, lambda share: (*_mix(accent, _WHITE, share), 255), scale=0.5)


def outline_icon() -> bytes:
    """The icon of 32 by 32: white, on nothing."""
    return _png(OUTLINE_SIZE, lambda share: (*_WHITE, round(255 * share)), scale=1.0)


def _png(size: int, paint: _Paint, *, scale: float) -> bytes:
    """Draw the symbol over the middle `scale` of a square of `size` pixels."""
    rows = bytearray()
    blur = 1 / (size * scale)
    margin = (1 - scale) / 2
    for y in range(size):
        rows.append(0)  # no filter
        for x in range(size):
            at = tuple(((one + 0.5) / size - margin) / scale for one in (x, y))
            depth = _HALF_STROKE - _distance((at[0], at[1]))
            rows += bytes(paint(min(max(depth / blur + 0.5, 0.0), 1.0)))
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _distance(at: _Point) -> float:
    """Give how far a point is from the symbol's lines, in sides of its square."""
    if not all(-0.1 < one < 1.1 for one in at):
        return 1.0  # the margin, where nothing is near
    return min(
        _from_segment(at, start, end)
        for line in (_CASE, _ARROW, _HEAD)
        for start, end in pairwise(line)
    )


def _from_segment(at: _Point, start: _Point, end: _Point) -> float:
    along = (end[0] - start[0], end[1] - start[1])
    to = (at[0] - start[0], at[1] - start[1])
    share = (to[0] * along[0] + to[1] * along[1]) / (along[0] ** 2 + along[1] ** 2)
    share = min(max(share, 0.0), 1.0)
    return math.hypot(to[0] - share * along[0], to[1] - share * along[1])


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mix(under: Sequence[int], over: Sequence[int], share: float) -> tuple[int, int, int]:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(under, over, strict=True))
    return red, green, blue
