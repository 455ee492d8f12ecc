"""The taxonomy: which topics there are, what belongs to each, and how they are recognised.

`taxonomy.toml` is written for a compliance officer to read and edit; `docs/taxonomy.md` says how.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from bot.news.taxonomy_file import read_taxonomy
from bot.news.topics import Rule, Strength, Taxonomy, Topic, Within

__all__ = ["SHIPPED", "Rule", "Strength", "Taxonomy", "Topic", "Within", "load_taxonomy"]

SHIPPED = Path(__file__).with_name("taxonomy.toml")


def load_taxonomy(path: Path | None = None) -> Taxonomy:
    """Read the taxonomy shipped with the program, or the file at `path`.

    Raises TaxonomyError naming the place that is wrong.
    """
    return _shipped() if path is None else read_taxonomy(path)


@lru_cache(maxsize=1)
def _shipped() -> Taxonomy:
    return read_taxonomy(SHIPPED)
