"""Reads what a person types into a query. It never fails: what cannot be read is taken as words.

Words side by side must all match; `OR` binds less than that; `-` excludes; `"..."` is a phrase;
`(...)` groups; `field:value` asks for a fact. `from:`, `to:` and `sort:` hold for the whole query.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from rapidfuzz import fuzz, process

from bot.search.query import (
    FIELDS,
    And,
    FieldName,
    Node,
    Not,
    Or,
    Order,
    Phrase,
    Query,
    Tagged,
    Word,
)
from bot.search.tokens import Written, written

MAX_OPERANDS = 32
MAX_PHRASE = 40
MAX_DEPTH = 12
MAX_QUERY = 4_000

_OPEN, _CLOSE = '"“„«', '"”“»'
_LEXEME = re.compile(
    r"""(?P<space>\s+)
    |(?P<open>\()|(?P<close>\))
    |(?P<or>(?:OR(?=[\s()]|$)|\|+))
    |(?P<and>AND(?=[\s()]|$))
    |(?P<not>NOT(?=[\s(]))
    |(?P<plus>\+(?=[^\s+]))
    |(?P<minus>[-\u2212](?=[^\s-]))
    |(?P<field>(?P<name>[A-Za-z]+):(?P<value>"[^"]*"|[“„«][^”“»]*[”“»]
        |(?<=[Cc][Ii][Tt][Ee]:)\d+[ ]+(?i:FR|CFR|U\.?S\.?C\.?)[ ]+\d[\w.]*  # cite:88 FR 73458
        |(?<=[Cc][Ii][Tt][Ee]:)(?i:(?:[a-z/-]+[ ]+){0,2}(?:GL|general[ ]licen[sc]e)[ ]+\d\w*)
        |(?<=[Cc][Ii][Tt][Ee]:)(?i:slip[ ]op\.?|CIT|[\w.]{3,5}[ ]cir\.|s\.[ ]ct\.)[ ]+[\d:]+-\d+
        |[^\s()"“„«]+))
    |(?P<phrase>"[^"]*"|[“„«][^”“»]*[”“»])
    |(?P<word>[^\s()"“„«|]+|.)""",
    re.VERBOSE | re.DOTALL,
)
_NEAR = 75.0
"""From this (of 100) a field's name is a misspelt one."""

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_DAY = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")


def parse(text: str, *, typing: bool = False) -> Query:
    """Read a query; never raises. Only the first 4,000 characters and 32 words count.

    `typing`: it is searched for while it is typed, so a word at its very end may be unfinished.
    """
    parser = _Parser(_CONTROL.sub(" ", text[:MAX_QUERY]), typing=typing)
    if len(text) > MAX_QUERY:
        parser.note(f"Only the first {MAX_QUERY:,} characters were read.")
    return parser.query()


class _Parser:
    """One reading of one text, left to right."""

    def __init__(self, text: str, *, typing: bool) -> None:
        self._text = text
        self._typed_to = len(text) if typing else -1
        self._notes: dict[str, None] = {}
        self._no_date = ""
        self._operands = 0
        self._since: date | None = None
        self._until: date | None = None
        self._order: Order = "relevance"
        self._lexemes = [m for m in _LEXEME.finditer(text) if m.lastgroup != "space"]
        self._at = 0

    def query(self) -> Query:
        root = self._any(0)
        if self._operands > MAX_OPERANDS:
            self.note(f"Only the first {MAX_OPERANDS} words were used.")
        if self._since is not None and self._until is not None and self._since > self._until:
            self.note("from: is later than to:, so nothing can be found.")
        notes = tuple(self._notes)
        return Query(root, self._since, self._until, self._order, notes, self._no_date)

    def note(self, sentence: str) -> None:
        """Remember a sentence for the person, once."""
        self._notes[sentence] = None

    def _any(self, depth: int) -> Node | None:
        alternatives: list[Node] = []
        while True:
            part = self._all(depth)
            if part is not None:
                alternatives += part.parts if isinstance(part, Or) else (part,)
            if not self._take("or"):
                break
        return _joined(Or, alternatives)

    def _all(self, depth: int) -> Node | None:
        parts: list[Node] = []
        while self._at < len(self._lexemes):
            lexeme = self._lexemes[self._at]
            if lexeme["or"] is not None or (lexeme["close"] is not None and depth > 0):
                break
            part = self._one(depth)
            if part is not None:
                parts += part.parts if isinstance(part, And) else (part,)
        return _joined(And, parts)

    def _one(self, depth: int) -> Node | None:
        """Read one operand; None for what asks for nothing (a bracket, `from:`, punctuation)."""
        lexeme = self._lexemes[self._at]
        self._at += 1
        if lexeme["not"] is not None or lexeme["minus"] is not None:
            return self._negated(lexeme, depth)
        if lexeme["open"] is not None and depth < MAX_DEPTH:
            inside = self._any(depth + 1)
            self._take("close")
            return inside
        if lexeme["phrase"] is not None:
            return self._quoted(lexeme)
        if lexeme["field"] is not None:
            return self._field(lexeme)
        if lexeme["word"] is not None:
            return self._words(lexeme["word"], lexeme.start())
        return None

    def _negated(self, lexeme: re.Match[str], depth: int) -> Node | None:
        """A minus inside a word ("chip-making") never comes here: the word has taken it."""
        if self._at >= len(self._lexemes) or self._lexemes[self._at]["or"] is not None:
            return self._words(lexeme[0], lexeme.start()) if lexeme["not"] else None
        if depth >= MAX_DEPTH:
            return None
        before = (self._since, self._until, self._order)
        part = self._one(depth + 1)
        if (self._since, self._until, self._order) != before:
            self._since, self._until, self._order = before
            self.note("from:, to: and sort: cannot be excluded; that part was left out.")
        if part is None:
            return None
        return part.part if isinstance(part, Not) else Not(part)

    def _take(self, kind: str) -> bool:
        if self._at < len(self._lexemes) and self._lexemes[self._at][kind] is not None:
            self._at += 1
            return True
        return False

    def _count(self) -> bool:
        self._operands += 1
        return self._operands <= MAX_OPERANDS

    def _quoted(self, lexeme: re.Match[str]) -> Node | None:
        tokens = [t for w in written(lexeme["phrase"]) for t in w.tokens]
        if not tokens or not self._count():
            return None
        if len(tokens) > MAX_PHRASE:
            self.note(f"Only the first {MAX_PHRASE} words of the phrase were used.")
        return Phrase(tuple(tokens[:MAX_PHRASE]), lexeme.start(), lexeme.end())

    def _words(self, text: str, start: int) -> Node | None:
        if any(character in _OPEN + _CLOSE for character in text):
            self.note("A quotation mark has no partner; the words after it were taken one by one.")
        parts: list[Node] = []
        run: list[Written] = []
        for word in written(text):
            if word.is_character:
                if run and run[-1].end != word.start:
                    parts += self._run(run, start)
                    run = []
                run.append(word)
                continue
            parts += self._run(run, start)
            run = []
            if self._count():
                end = start + word.end
                parts.append(Word(word.tokens, start + word.start, end, end == self._typed_to))
        parts += self._run(run, start)
        return _joined(And, parts)

    def _run(self, run: list[Written], start: int) -> list[Node]:
        """Chinese characters that stand together are one phrase."""
        if not run or not self._count():
            return []
        tokens = tuple(word.tokens[0] for word in run[:MAX_PHRASE])
        return [Phrase(tokens, start + run[0].start, start + run[-1].end, quoted=False)]

    def _field(self, lexeme: re.Match[str]) -> Node | None:
        name, typed = lexeme["name"].lower(), lexeme["value"]
        value = " ".join(typed.strip(_OPEN + _CLOSE).split())
        if name in ("from", "to", "since", "until"):
            if self._bound(name, value):
                return None
            self._no_date = self._no_date or lexeme[0]
            self.note(f"“{lexeme[0]}” is no date (write from:2023-11-01); taken as words.")
        elif name == "sort":
            if value.lower() in ("date", "newest", "relevance"):
                self._order = "relevance" if value.lower() == "relevance" else "date"
                return None
            self.note(f"“{lexeme[0]}” is no order (write sort:date); taken as words.")
        elif name in FIELDS:
            field: FieldName = next(known for known in FIELDS if known == name)
            if _can_be(field, value):
                place = (lexeme.start(), lexeme.end())
                return Tagged(field, value, *place) if self._count() else None
            self.note(f"“{lexeme[0]}” cannot be looked for; taken as words.")
        elif not value.startswith("//"):
            self.note(f"There is no field “{name}:”{_nearest(name)}; taken as words.")
        return self._words(f"{lexeme['name']} {value}", lexeme.start())

    def _bound(self, name: str, value: str) -> bool:
        days = _days(value)
        if days is None:
            return False
        if name in ("from", "since"):
            self._since = days[0]
        else:
            self._until = days[1]
        return True


def _nearest(name: str) -> str:
    names = (*FIELDS, "from", "to", "sort")
    near = process.extractOne(name, names, scorer=fuzz.ratio, score_cutoff=_NEAR)
    return f", nearest “{near[0]}:”" if near else ""


def _joined(kind: type[And] | type[Or], parts: list[Node]) -> Node | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    return kind(tuple(parts))


def _can_be(field: FieldName, value: str) -> bool:
    if field == "story":
        return value.isascii() and value.isdigit() and len(value) < 18
    return any(True for _word in written(value))


def _days(value: str) -> tuple[date, date] | None:
    """Give the first and last day of a year, a month or a day."""
    match = _DAY.fullmatch(value)
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
        if month is None:
            return first, date(first.year, 12, 31)
        if day is None:
            return first, date(first.year, first.month, monthrange(first.year, first.month)[1])
    except ValueError:
        return None
    return first, first
