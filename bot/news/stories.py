"""Whether two entries tell the same story: pure decisions over `StoryFeatures`.

Certain signs come first (document number, article number, link, near-identical text), then the
likeness of what is told: weighted concepts of headline and lead, actions that agree or exclude
each other, numbers, names, and the days between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from bot.news import story_amounts, story_marks
from bot.news.story_acts import other_doer, other_list, other_mineral, other_target, suit_and_ruling
from bot.news.story_features import StoryFeatures
from bot.news.story_signs import (
    WINDOW_DAYS,
    common_name,
    likelihood,
    one_act,
    one_publication,
    opposed,
    other_names,
    signs,
)
from bot.news.story_template import exchanged, exchanged_in_text

Verdict = Literal["same", "follow-up", "apart"]

PUBLISHED = "published what was on public inspection"
LEARNED = "what they tell"
"""Why two entries are one story or two, where only their likeness decides."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two entries stand to each other; `score` is the likelihood of one event (0 to 1).

    `follow-up` means that the later of the two follows the earlier one. `certain`: numbers,
    addresses or the publication decide, whatever is told.
    """

    verdict: Verdict
    score: float
    why: str
    certain: bool = False


def same(a: StoryFeatures, b: StoryFeatures) -> bool:
    """Whether two entries tell the same story; the order of the two does not matter."""
    return compare(a, b).verdict == "same"


def compare(a: StoryFeatures, b: StoryFeatures) -> Comparison:
    """Say how two entries stand to each other; the order of the two does not matter."""
    if a.roundup or b.roundup:
        return Comparison("apart", 0.0, "a round-up tells no story of its own")
    certain = _certain(a, b)
    if certain is not None:
        return certain
    if not near(a, b):
        return Comparison("apart", 0.0, "not in the same days")
    excluded = _excluded(a, b)
    if excluded is not None:
        return excluded
    if one_publication(a, b) and _near_identical(a, b):
        return Comparison("apart", 0.0, "one publication's own items of one wording")
    if _near_identical(a, b):
        return Comparison("same", 1.0, "near-identical text of two publications")
    found = signs(a, b)
    score = likelihood(found)
    return Comparison("same" if score >= 0.5 else "apart", score, LEARNED)


def near(a: StoryFeatures, b: StoryFeatures) -> bool:
    """Whether two entries are of the same days."""
    return abs((a.when - b.when).total_seconds()) <= WINDOW_DAYS * 86_400


def _excluded(a: StoryFeatures, b: StoryFeatures) -> Comparison | None:
    """Part two entries by what cannot be told of one event, however alike they are."""
    if story_marks.exclude(a.marks, b.marks):
        return Comparison("apart", 0.0, "numbers, months or parties of two matters", certain=True)
    counted = a.amounts and b.amounts  # most headlines have none: their wording needs no comparing
    if counted and story_amounts.exclude(a.amounts, b.amounts, one_payer=_one_payer(a, b)):
        return Comparison("apart", 0.0, "other amounts of one thing")
    if opposed(a.headline, b.headline) == 1 and not a.headline.actions & b.headline.actions:
        return Comparison("apart", 0.0, "actions that exclude each other")
    if suit_and_ruling(a.headline, b.headline):
        return Comparison("apart", 0.0, "a suit and what came of it")
    if other_doer(a.headline, b.headline) or other_target(a, b):
        return Comparison("apart", 0.0, "one act of, or on, another country")
    if other_mineral(a.headline, b.headline):
        return Comparison("apart", 0.0, "one act on another mineral")
    if other_list(a.folded_title, b.folded_title):
        return Comparison("apart", 0.0, "another official list")
    if exchanged(a, b) or _exchanged_in_text(a, b):
        return Comparison("apart", 0.0, "one wording, another name")
    if other_names(a, b) and one_act(a.headline, b.headline):
        return Comparison("apart", 0.0, "one act on somebody else")
    return None


_SAME_WORDING = 75
"""Likeness in percent from which two headlines are of one wording, but for what was exchanged."""


def _one_payer(a: StoryFeatures, b: StoryFeatures) -> bool:
    """Whether two headlines name one company, each in its own words."""
    alike = fuzz.token_sort_ratio(a.folded_title, b.folded_title)
    named = common_name(a, b) or bool(a.headline.codes & b.headline.codes)
    return alike < _SAME_WORDING and named


def _certain(a: StoryFeatures, b: StoryFeatures) -> Comparison | None:
    """Decide by numbers and links, where these decide."""
    if a.document and a.document == b.document and a.filed != b.filed:
        return Comparison("follow-up", 1.0, PUBLISHED, certain=True)
    if a.document and a.document == b.document:
        return Comparison("same", 1.0, f"Federal Register document {a.document}", certain=True)
    if a.article and a.article == b.article:
        return Comparison("same", 1.0, f"article {a.article}", certain=True)
    if a.link and a.link == b.link:
        return Comparison("same", 1.0, "one address", certain=True)
    if _reports_document(a, b) or _reports_document(b, a):
        return Comparison("same", 1.0, "reports the document that it names", certain=True)
    cited = _follows(a, b)
    if cited:
        # Short notices share a page: of those on it, the one is followed that is told of.
        score = likelihood(signs(a, b)) if cited.startswith("fr-page:") else 1.0
        return Comparison("follow-up", score, f"cites {cited}", certain=True)
    if a.document and b.document:
        return Comparison("apart", 0.0, "two Federal Register documents", certain=True)
    return None


_ONE_WORDING = 85
"""Likeness in percent from which two texts are of one wording."""


def _exchanged_in_text(a: StoryFeatures, b: StoryFeatures) -> bool:
    """Whether two texts are of one wording, and each has names or numbers that the other lacks."""
    if a.lead is None or b.lead is None or not exchanged_in_text(a.lead, b.lead):
        return False
    return fuzz.ratio(a.folded_text, b.folded_text, score_cutoff=_ONE_WORDING) > 0


_REPORTED = 0.3
"""Likelihood from which an entry that names a document of its days is the report of it, and not
of what came next."""


def _reports_document(report: StoryFeatures, document: StoryFeatures) -> bool:
    """Whether an entry is news of a Federal Register document of its days, which it names by its
    number, its page, its RIN or its docket."""
    if report.document or not document.document:
        return False
    shared = {cite for cite in document.cites & report.cites if cite.startswith(_PROCEEDINGS)}
    if not (own_numbers(document) | shared) & report.cites:
        return False
    days = abs((report.when - document.when).total_seconds()) / 86_400
    return days <= WINDOW_DAYS and likelihood(signs(report, document)) >= _REPORTED


def _follows(a: StoryFeatures, b: StoryFeatures) -> str:
    """Give the reference by which the later of two entries follows the earlier, or nothing."""
    earlier, later = sorted((a, b), key=lambda each: (each.when, each.id))
    own = own_numbers(earlier) & later.cites
    if own:
        return min(own)
    shared: tuple[str, ...]
    if later.document or later.correction:
        shared = _MATTERS
    elif not near(a, b):  # of one day's reports of a case, the second follows nothing
        shared = _PROCEEDINGS
    else:
        return ""
    matters = {cite for cite in earlier.cites & later.cites if cite.startswith(shared)}
    return min(matters) if matters else ""


def own_numbers(entry: StoryFeatures) -> frozenset[str]:
    """Give what others cite an entry by, as they cite it."""
    own = (("article", entry.article), ("fr-document", entry.document), ("fr-page", entry.page))
    return frozenset(f"{kind}:{value}" for kind, value in own if value)


_PROCEEDINGS = ("rin:", "docket:")
_MATTERS = (*_PROCEEDINGS, "fr-document:", "fr-page:")


def _near_identical(a: StoryFeatures, b: StoryFeatures) -> bool:
    """Whether two entries have the same wording, but for a word or two."""
    if a.headline.numbers != b.headline.numbers or opposed(a.headline, b.headline) == 1:
        return False
    if fuzz.token_sort_ratio(a.folded_title, b.folded_title, score_cutoff=93):
        return len(a.folded_title.split()) >= 4
    if a.lead is None or b.lead is None or exchanged_in_text(a.lead, b.lead):
        return False
    return len(a.sketch & b.sketch) >= 2 and fuzz.ratio(a.folded_text, b.folded_text) >= 90
