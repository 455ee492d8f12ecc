"""How a long-running process has Python collect its garbage."""

from __future__ import annotations

import gc

_YOUNG = 20_000
"""New objects between two collections. Python's own 700 is for small programs: one feed brings
thousands of objects, and each tenth collection would look through all that the process knows."""


def settle() -> None:
    """Leave what was loaded at the start out of every later collection; call it once, after it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG)
