"""More like this: what shares the telling words, companies and references of an entry."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from bot.search.plan import All, Plan, Unit
from bot.search.tokens import STOP_WORDS
from bot.storage.fulltext import FILLER
from bot.storage.fulltext_rows import Rows

_PAIRS = 24
_WORDS = 24
_FACTS = 40
_TELLING = ("#k=", "#c=", "#a=", "#e=", "#s=")
_SHORT = 3


def likeness(seed: Rows) -> tuple[Plan, Plan]:
    """Give what finds entries like the one of `seed`, and what ranks them. Pure.

    Found is what shares a company, a reference, its number, its story, or two neighbouring words
    of the headline; ranked by how much of headline and text they share.
    """
    facts = [tag for tag in seed.tags.whole.split() if tag.startswith(_TELLING)][:_FACTS]
    facts += [tag.replace("#a=", "#c=") for tag in facts if tag.startswith("#a=")]
    facts += [tag.replace("#c=", "#a=") for tag in facts if tag.startswith("#c=")]
    title = seed.titles.whole.split()
    pairs = [
        pair for pair in pairwise(title) if FILLER not in pair and not STOP_WORDS.intersection(pair)
    ][:_PAIRS]
    words = [word for word in dict.fromkeys(title) if _tells(word)]
    frequent = Counter(word for word in seed.bodies.whole.split() if _tells(word))
    words += [word for word, _count in frequent.most_common(_WORDS) if word not in words]
    words = words or [word for word in title if word not in (*STOP_WORDS, FILLER)]  # "AI", "镓"
    finding = (*pairs, *((fact,) for fact in dict.fromkeys(facts)))
    found: Plan = Unit(finding or tuple((word,) for word in words[:_WORDS]))
    ranked: list[Plan] = [Unit((pair,), 1.5) for pair in pairs]
    ranked += [Unit(((fact,),), 1.5) for fact in dict.fromkeys(facts)]
    ranked += [Unit(((word,),)) for word in words[: _WORDS * 2]]
    return found, All(tuple(ranked))


def _tells(word: str) -> bool:
    return len(word) >= _SHORT and word not in STOP_WORDS and word != FILLER
