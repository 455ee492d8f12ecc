"""What a query looks for: its tree with inflections, synonyms and facts filled in.

The plan is what the index is asked (`expression`), what ranking counts and snippets mark (its
`Unit`s), and what the matcher of saved searches evaluates on one entry: one meaning for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.news.taxonomy import Taxonomy
from bot.search import document as tags
from bot.search.citing import meant_by
from bot.search.query import And, Node, Not, Or, Phrase, Tagged, Word
from bot.search.synonyms import longest, stems, synonyms
from bot.search.tokens import STOP_WORDS, stem, tokenise
from bot.storage.fulltext import is_form
from bot.storage.fulltext_query import AllOf, AnyOf, AnyPhrase, Expression, Without

SYNONYM_WEIGHT = 0.4
TOPIC_WEIGHT = 0.3
BEGINNING_WEIGHT = 0.6
LEAST_TYPED = 3
"""Letters of an unfinished word from which it is looked for by its beginning: fewer begin too
many words."""

Tokens = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """Runs of tokens of which one must stand in the text; without any it is in none. `weight` is
    what finding them is worth: 1 for the typed words, less for a synonym, 0 for facts, which do
    not rank. `inflected`: runs of which the last is a stem, whose forms in the index `runs`
    already has. `beginnings`: what all `runs` begin with, for there may be very many."""

    runs: tuple[Tokens, ...]
    weight: float = 1.0
    inflected: tuple[Tokens, ...] = ()
    beginnings: tuple[Tokens, ...] = ()


@dataclass(frozen=True, slots=True)
class All:
    """All of these; with no parts it is true of every entry."""

    parts: tuple[Plan, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one of these; with no parts it is true of none."""

    parts: tuple[Plan, ...]


@dataclass(frozen=True, slots=True)
class No:
    """What must not match."""

    part: Plan


Plan = Unit | All | Any | No


@dataclass(frozen=True, slots=True)
class Known:
    """What a query's words stand for: the indexed forms of each stem, for each `(field, value)`
    further tags, by the stems of its name each topic's tag, and the indexed words that begin as
    an unfinished one."""

    forms: Mapping[str, Tokens]
    tags: Mapping[tuple[str, str], Tokens]
    topics: Mapping[Tokens, str]
    beginning: Mapping[str, Tokens] = field(default_factory=dict)


def topic_names(taxonomy: Taxonomy) -> Mapping[Tokens, str]:
    """Give the tag of each topic, by the stems of its id and of its title."""
    return {
        stems(tuple(tokenise(name)[0])): tags.topic_tag(topic.id)
        for topic in reversed(taxonomy.topics)
        for name in (topic.id, topic.title)
    }


def vocabulary(node: Node | None) -> set[str]:
    """Give the stems whose forms a plan needs."""
    found: set[str] = set()
    for word in words(node):
        found.add(stem(word.tokens[-1]))
        found.add(stem("".join(word.tokens)))
    return found


def words(node: Node | None) -> list[Word]:
    """Give the single words of a tree."""
    if isinstance(node, Word):
        return [node]
    return [word for part in _parts(node) for word in words(part)]


def tagged(node: Node | None) -> list[Tagged]:
    """Give the fields of a tree."""
    if isinstance(node, Tagged):
        return [node]
    return [found for part in _parts(node) for found in tagged(part)]


def _parts(node: Node | None) -> tuple[Node, ...]:
    if isinstance(node, And | Or):
        return node.parts
    return (node.part,) if isinstance(node, Not) else ()


def plan(node: Node | None, known: Known) -> Plan:
    """Fill in a tree."""
    if node is None:
        return All(())
    if isinstance(node, And):
        return All(_side_by_side(node.parts, known))
    if isinstance(node, Or):
        return Any(tuple(plan(part, known) for part in node.parts))
    if isinstance(node, Not):
        return No(_exactly(node.part, known))
    if isinstance(node, Word):
        return All(_side_by_side((node,), known))
    if isinstance(node, Phrase):
        return Unit((node.tokens,)) if node.quoted else _with_synonyms((node,), known)
    return _fact(node, known)


def _exactly(node: Node, known: Known) -> Plan:
    """What is excluded is excluded by its own words, not by their synonyms."""
    if isinstance(node, Word):
        return _word(node, known)
    if isinstance(node, And):
        return All(tuple(_exactly(part, known) for part in node.parts))
    if isinstance(node, Or):
        return Any(tuple(_exactly(part, known) for part in node.parts))
    return plan(node, known) if not isinstance(node, Phrase) else Unit((node.tokens,))


def _side_by_side(parts: tuple[Node, ...], known: Known) -> tuple[Plan, ...]:
    """Plan what stands side by side: names of several words are seen as one."""
    found: list[Plan] = []
    says_more = [part for part in parts if not _says_little(part)]
    at = 0
    while at < len(parts):
        sizes = range(longest(), 0, -1)
        size = next((n for n in sizes if _is_name(parts[at : at + n], n, known)), 0)
        if size:
            found.append(_with_synonyms(parts[at : at + size], known))
        elif not says_more or not _says_little(parts[at]):
            part = _part(parts[at], known)
            # Beside others it need not match while it is too short to tell what it will be.
            found.append(Any((part, All(()))) if len(parts) > 1 and _is_short(parts[at]) else part)
        at += size or 1
    return tuple(found)


def _part(node: Node, known: Known) -> Plan:
    return _typed(node, known) if isinstance(node, Word) else plan(node, known)


def _says_little(node: Node) -> bool:
    return isinstance(node, Word) and len(node.tokens) == 1 and node.tokens[0] in STOP_WORDS


def _is_short(node: Node) -> bool:
    if not isinstance(node, Word) or not node.unfinished:
        return False
    return len("".join(node.tokens)) < LEAST_TYPED


def _is_name(parts: tuple[Node, ...], size: int, known: Known) -> bool:
    if len(parts) != size or not all(isinstance(part, Word) or _is_run(part) for part in parts):
        return False
    name = _name(parts)
    return name in synonyms() or name in known.topics


def _is_run(node: Node) -> bool:
    return isinstance(node, Phrase) and not node.quoted


def _name(parts: tuple[Node, ...]) -> Tokens:
    return stems(tuple(t for p in parts if isinstance(p, Word | Phrase) for t in p.tokens))


def _with_synonyms(parts: tuple[Node, ...], known: Known) -> Plan:
    typed = [
        _typed(part, known) if isinstance(part, Word) else Unit((part.tokens,))
        for part in parts
        if isinstance(part, Word | Phrase) and not _says_little(part)
    ]
    found: list[Plan] = [typed[0] if len(typed) == 1 else All(tuple(typed))]
    name = _name(parts)
    if others := synonyms().get(name):
        found.append(Unit(others, SYNONYM_WEIGHT))
    if topic := known.topics.get(name):
        found.append(Unit(((topic,),), TOPIC_WEIGHT))
    return Any(tuple(found)) if len(found) > 1 else found[0]


def _typed(word: Word, known: Known) -> Plan:
    """A word, or if it is unfinished, also what it may become."""
    own = _word(word, known)
    *before, last = word.tokens
    runs = [(*before, form) for form in known.beginning.get(last, ())]
    beginnings = [word.tokens]
    if before:
        whole = "".join(word.tokens)
        runs += [(form,) for form in known.beginning.get(whole, ())]
        beginnings.append((whole,))
    if not word.unfinished or not runs:
        return own
    return Any((own, Unit(tuple(runs), BEGINNING_WEIGHT, beginnings=tuple(beginnings))))


def _word(word: Word, known: Known) -> Unit:
    """A word with its inflections; a joined word also apart ("chip making") and as one."""
    whole = "".join(word.tokens)
    spellings = [(whole,)] if len(word.tokens) == 1 else [word.tokens, (whole,)]
    inflected = tuple((*spelling[:-1], stem(spelling[-1])) for spelling in spellings)
    runs = dict.fromkeys(spellings)
    for *before, last in inflected:
        runs.update(((*before, form), None) for form in known.forms.get(last, ()))
        if not is_form(last):  # too short to be among the forms: "EVs" is of "EV"
            runs[*before, last] = None
    return Unit(tuple(runs), inflected=inflected)


def _fact(node: Tagged, known: Known) -> Plan:
    further = tuple((tag,) for tag in known.tags.get((node.name, node.value), ()))
    if node.name == "company":
        name = tuple(tokenise(node.value)[0])
        return Any((Unit(((tags.company_tag(node.value),), *further), 0.0), Unit((name,))))
    if node.name == "cite":
        meant = dict.fromkeys((node.value, *meant_by(node.value)))
        cited = ((tags.reference_tag(value),) for value in meant)
        return Unit((*cited, (tags.identity_tag(node.value),), *further), 0.0)
    if node.name == "eccn":
        return Unit(((tags.eccn_tag(node.value),),), 0.0)
    if node.name == "story":
        return Unit(((tags.story_tag(int(node.value)),), *further), 0.0)
    return Unit(further, 0.0) if further else Any(())


def expression(part: Plan) -> Expression:
    """Write a plan as a question to the index."""
    if isinstance(part, Unit):
        return AnyPhrase(part.runs) if part.runs else _NOTHING
    if isinstance(part, No):
        return Without(_EVERYTHING, expression(part.part))
    if isinstance(part, Any):
        return AnyOf(tuple(expression(each) for each in part.parts)) if part.parts else _NOTHING
    wanted = [expression(each) for each in part.parts if not isinstance(each, No)]
    unwanted = [expression(each.part) for each in part.parts if isinstance(each, No)]
    found: Expression = AllOf(tuple(wanted)) if wanted else _EVERYTHING
    return Without(found, AnyOf(tuple(unwanted))) if unwanted else found


_EVERYTHING = AnyPhrase(((tags.EVERY,),))
_NOTHING = AnyPhrase((("#none",),))


def units(part: Plan) -> list[Unit]:
    """Give what ranks and is marked in snippets: the wanted units of some weight."""
    if isinstance(part, Unit):
        return [part] if part.weight else []
    return [] if isinstance(part, No) else [unit for each in part.parts for unit in units(each)]
