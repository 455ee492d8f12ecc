"""What two entries are compared by when it is asked whether they tell the same story."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import nsmallest
from itertools import combinations
from zlib import crc32

from bot.feeds.identity import article_number
from bot.feeds.model import FeedEntry
from bot.news.folding import fold
from bot.news.known_companies import known_in
from bot.news.model import Citation
from bot.news.story_amounts import Amount, amounts
from bot.news.story_lexicon import LITTLE, lexicon
from bot.news.story_links import canonical, document_number
from bot.news.story_marks import Marks, marks
from bot.news.story_words import Told, told
from bot.news.unlisted import unlisted

_LEAD = 700
"""Characters of the text that are compared: what happened stands at its beginning."""

_SHINGLE = 5
_SKETCH = 3
_CORRECTION = re.compile(r";\s*corrections?\b|\bcorrect(?:ion|ing amendments?)\W*$", re.IGNORECASE)
_ROUNDUP = re.compile(
    r"top stories|in case you missed|week(?:ly)? in review|weekly (?:round|wrap|recap|digest)"
    r"|round-?up\b|news of the week|this week in|last week'?s (?:news|stories)|daily digest"
    r"|headlines? (?:from|of) the (?:week|day)|morning briefing|newsletter",
    re.IGNORECASE,
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StoryFeatures:
    """An entry as stories see it. Pure data; `when` is its time in UTC.

    `cites` are citations as `kind:value`; `keys` find candidates: entries that share none are
    never compared. `names` are words of the title that no dictionary has, `parties` these and the
    well-known companies, people and agencies that it names. `lead` is what title and
    start of the text tell, where there is a text. `page` is the one on which a document stands;
    one that is `filed` is on public inspection, and published under its number later.
    """

    id: str
    publication: str
    when: datetime
    title: str
    headline: Told
    lead: Told | None
    folded_title: str
    folded_text: str
    marks: Marks
    amounts: tuple[Amount, ...]
    document: str = ""
    article: str = ""
    link: str = ""
    page: str = ""
    filed: bool = False
    cites: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    correction: bool = False
    roundup: bool = False
    sketch: frozenset[str] = frozenset()
    keys: tuple[str, ...] = ()

    @property
    def identities(self) -> tuple[str, ...]:
        """Give the keys that alone make two entries one story: number of document, address."""
        if self.roundup:
            return ()
        document = f"{self.document} filed" if self.filed else self.document
        own = (("fr-document", document), ("article", self.article), ("u", short(self.link)))
        return tuple(f"{kind}:{value}" for kind, value in own if value)


def features(
    entry: FeedEntry,
    *,
    id: str,  # noqa: A002 - it is the entry's id
    publication: str,
    when: datetime | None = None,
    citations: tuple[Citation, ...] = (),
    topics: Iterable[str] = (),
    roundup: bool = False,
) -> StoryFeatures:
    """Say what an entry is compared by; `topics` are those found in it. Never raises."""
    text = entry.text[:_LEAD]
    document = entry.document_number or document_number(entry.link)
    article = article_number(entry.link)
    link = canonical(entry.link)
    headline = told(entry.title)
    folded_title = " ".join(fold(entry.title).split())
    folded_text = " ".join(fold(text).split())
    names = unlisted(folded_title)
    sketch = _sketch(folded_text)
    page = entry.citation if document else ""
    cites = frozenset(f"{cited.kind}:{cited.value}" for cited in citations) - {
        f"fr-document:{document}",
        f"article:{article}",
        f"fr-page:{page}",
    }
    return StoryFeatures(
        id=id,
        publication=publication,
        when=(when or entry.published or EPOCH).astimezone(UTC),
        title=entry.title,
        headline=headline,
        lead=told(f"{entry.title} . {text}") if text else None,
        folded_title=folded_title,
        folded_text=folded_text,
        marks=marks(entry.title),
        amounts=amounts(entry.title),
        document=document,
        article=article,
        link=link,
        page=page,
        filed=entry.filed,
        cites=cites,
        names=names,
        parties=names | _known(entry.title, headline),
        topics=frozenset(topics),
        correction=_CORRECTION.search(entry.title) is not None,
        roundup=roundup or _ROUNDUP.search(entry.title) is not None,
        sketch=sketch,
        keys=_keys(document, article, link, page, headline, sketch, cites),
    )


def _known(title: str, headline: Told) -> frozenset[str]:
    """Give whom a headline names that readers know: by its concept, and companies by their key."""
    companies = {company.key for company, _place in known_in(title)}
    return frozenset(companies | (lexicon().names & headline.weights.keys()))


_MAX_WORDS = 10
_EVERYWHERE = frozenset(
    {"p:us", "p:china", "t:chip", "t:export", "t:company", "t:government", "t:control", "a:block"}
)
"""What so much of our news tells that it finds nothing."""

_FREQUENT = frozenset({"p:china", "t:chip", "a:block", "a:restrict"})
VAGUE = "w:+"
"""What the keys begin with that are two of those: all that some headlines have ("US blocks sales of
chips to China")."""

_JOINING = ("rin:", "docket:", "article:", "fr-document:", "fr-page:")
"""What joins entries at any time, the most telling first."""


def _keys(
    document: str,
    article: str,
    link: str,
    page: str,
    headline: Told,
    sketch: frozenset[str],
    cites: frozenset[str],
) -> tuple[str, ...]:
    """Give the keys by which candidates are found: identities first, then telling words."""
    keys = [
        f"{kind}:{value}"
        for kind, value in (
            ("fr-document", document),
            ("fr-page", page),
            ("article", article),
            ("u", short(link)),
        )
        if value
    ]
    keys += [cite for kind in _JOINING for cite in sorted(cites) if cite.startswith(kind)][:10]
    keys += [f"t:{part}" for part in sorted(sketch)]
    telling = sorted(
        (-weight, concept)
        for concept, weight in headline.weights.items()
        if weight > LITTLE and concept not in _EVERYWHERE
    )
    keys += [f"w:{concept}"[:80] for _, concept in telling[:_MAX_WORDS]]
    frequent = sorted(_FREQUENT & headline.weights.keys())
    keys += [f"{VAGUE}{one}+{other}" for one, other in combinations(frequent, 2)]
    return tuple(dict.fromkeys(keys))


def short(text: str) -> str:
    """Give a short, steady stand-in for a long text; nothing for nothing."""
    return (
        hashlib.sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()[:20]
        if text
        else ""
    )


def _sketch(folded_text: str) -> frozenset[str]:
    """Give the smallest hashes of the text's runs of words: near-identical texts share some."""
    words = folded_text.split()
    if len(words) < _SHINGLE * 3:
        return frozenset()
    runs = (" ".join(words[place : place + _SHINGLE]) for place in range(len(words) - _SHINGLE + 1))
    hashes = {crc32(run.encode("utf-8", "surrogatepass")) for run in runs}
    return frozenset(f"{number:08x}" for number in nsmallest(_SKETCH, hashes))
