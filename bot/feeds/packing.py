"""What goes to and from the parsers' processes, as bytes.

pickle takes dataclasses apart and puts them together again field by field, in Python; those that
come by the hundred are made by one call each.
"""

from __future__ import annotations

import copyreg
import io
import pickle
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any

from bot.feeds.identity import Identified, Key
from bot.feeds.model import FeedEntry


def plainly(kind: type[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """Say to pickle how objects of a dataclass of several fields go: as the values that they are
    made of."""
    values_of = attrgetter(*(each.name for each in fields(kind)))
    return lambda one: (kind, values_of(one))


def pack(value: object) -> bytes:
    """Give `value` as bytes."""
    packed = io.BytesIO()
    pickler = pickle.Pickler(packed, protocol=pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _TABLE
    pickler.dump(value)
    return packed.getvalue()


def unpack(packed: bytes) -> Any:  # noqa: ANN401 - whatever was packed
    """Give back what was packed: by our own process, never by anybody else."""
    return pickle.loads(packed)  # noqa: S301


def _apart(one: Identified) -> tuple[Any, ...]:
    keys, shared = tuple(map(tuple, one.keys)), tuple(map(tuple, one.shared))
    return _together, (one.entry, keys, one.text_hash, one.scope, shared, one.barred)


def _together(
    entry: FeedEntry,
    keys: tuple[Any, ...],
    text_hash: str,
    scope: str,
    shared: tuple[Any, ...],
    barred: frozenset[int],
) -> Identified:
    own, others = tuple(map(Key._make, keys)), tuple(map(Key._make, shared))
    return Identified(entry, own, text_hash, scope, others, barred)


_TABLE = copyreg.dispatch_table | {
    FeedEntry: plainly(FeedEntry),
    Identified: _apart,
}
