"""Other names that a rule gives with a name: `a.k.a., the following two aliases: —A; and —B.`"""

from __future__ import annotations

import re

_KNOWN = (
    r"(?:[af]\.?k\.?a\.?|[af]/k/a|d\.?b\.?a\.?|d/b/a|also known as|formerly known as"
    r"|formerly|doing business as|previously known as"
    r"|(?:and its|(?:to add|by adding)(?: [a-z]+)?) alias(?:es)?|alias(?:es)?(?=: ))"
)
KNOWN_AS = re.compile(
    rf"[,;]? \(?{_KNOWN},? (?:the following|(?-i:[A-Z“\"\u4e00-\u9fff]))", re.IGNORECASE
)
"""What follows a name that has other names, also one without a legal form."""

_HEAD = re.compile(
    rf"[,;]?\s*(\(?)\s*{_KNOWN}[,:]?(?:\s*(the following)\s+(?:[\w-]+\s+)?alias(?:es)?[:,]?)?\s*",
    re.IGNORECASE,
)
_DASH = r"[—–-]"
_NEXT = re.compile(rf"\s*(?:and\s+)?{_DASH}")
_LISTED = re.compile(rf"{_NEXT.pattern}\s?([^;\n]{{1,200}}?)\s*(?:;|\n|$)")
_INNER = re.compile(
    rf"\s*;\s*|,?\s+and\s+(?=[A-Z])|,?\s*\b{_KNOWN}[,:]?\s+"
    r"|,\s+(?!(?:Ltd|Limited|LTD|Inc|INC|LLC)\b)(?=[A-Z\u4e00-\u9fff])"
)
_STOP = re.compile(
    r"[.”\"](?=\s|$|”)|;|\n|\)|, (?!(?:and )?[A-Z\u4e00-\u9fff])"
    r"|,? (?:of|in|based|headquartered|located|an?|the|which|who|whose|has|is|was|under)\b"
)
_NO_STOP = re.compile(r"(?:\b(?:St|Dr|Mr|Ms|Bros|Intl|Mfg|No|Nos|[A-Z])|(?:[A-Z]\.)+[A-Z])$")
_FORM_AHEAD = re.compile(r"\.,? (?:Ltd|Limited|LTD|Inc|LLC|S[iİ]r|[SŞ]ti)\b")
_DOTTED_FORM = re.compile(
    r"\b(?:Co|Ltd|Inc|Corp|Pte|Pty|Bhd|LTD|INC|CORP|CO|[SŞ]ti|S\.A|B\.V|N\.V|L\.L\.C|A\.[SŞ]|d\.o\.o|s\.r\.o)$"
)
_MOST = 40
_LONGEST = 120


_BRACKET = re.compile(r"[,;]?\s?\((?:[A-Z][\w ]{2,30}: ?)?[\"“”'‘’«]?([^()\n]{2,80}?)[\"“”'‘’»]?\)")


_MOST_GROUPS = 6
_DEFINED = re.compile(r",[^;\n(“”\"]{3,140}\([“\"]([A-Z][^”\"\n]{1,60})[”\"]\)")
"""The short name that an order gives a party behind its address."""


def other_names_after(body: str, name: str, end: int) -> tuple[tuple[str, ...], int]:
    """Read the other names behind `name`, which ends at `end`: its writing in another script or
    its short name in brackets, and those that follow `a.k.a.`; give them and where they end."""
    found: tuple[str, ...] = ()
    bracket = _BRACKET.match(body, end)
    if bracket and _is_of(name, bracket[1]):
        found, end = (bracket[1].strip(" ,;"),), bracket.end()
    for _ in range(_MOST_GROUPS):
        more, after = aliases_after(body, end)
        found += more
        if after == end:
            break
        end = after
    defined = _DEFINED.match(body, end)
    if defined and _is_of(name, defined[1]):
        found += (defined[1],)
    return tuple(dict.fromkeys(found)), end


def _is_of(name: str, other: str) -> bool:
    """Whether what stands in brackets is another name: in another script, the name's own first
    letters, or words of it."""
    letters = [letter for letter in other if letter.isalpha()]
    if letters and all(ord(letter) > 0x370 for letter in letters):
        return name.isascii() or ord(letters[0]) > 0x3000
    words = re.findall(r"\w+", name.lower())
    theirs = re.findall(r"\w+", other.lower())
    if not other[:1].isupper() or not theirs:
        return False
    initials = "".join(word[0] for word in words)
    return set(theirs) < set(words) or (len(other) > 1 and initials.startswith(other.lower()))


def aliases_after(body: str, end: int) -> tuple[tuple[str, ...], int]:
    """Read the other names that directly follow a name; give them and where they end."""
    head = _HEAD.match(body, end)
    if head is None:
        return (), end
    at = head.end()
    every = head[0].rstrip(" ,:").endswith("aliases")
    found = (
        _listed(body, at)
        if _LISTED.match(body, at)
        else _running(body, at, bracketed=bool(head[1]), every=every)
    )
    names, after = found
    kept = [name for name in names if _is_name(name)]
    return tuple(dict.fromkeys(kept))[:_MOST], after if kept else end


def _listed(body: str, at: int) -> tuple[list[str], int]:
    """Read a list with dashes; the last name ends with its sentence."""
    names: list[str] = []
    while len(names) < _MOST and (item := _LISTED.match(body, at)):
        if not _NEXT.match(body, item.end()):
            stop = _stop(body, item.start(1), sentence=True)
            return [*names, body[item.start(1) : stop].strip(' ,;“”"')], stop
        names.append(item[1].strip(' ,;“”"'))
        at = item.end()
    return names, at


def _running(body: str, at: int, *, bracketed: bool, every: bool) -> tuple[list[str], int]:
    """Read names in the run of a sentence: all that brackets hold or `aliases` announces, else the
    first."""
    if bracketed:
        stop = body.find(")", at, at + 600)
        while stop > 0 and body.count("(", at, stop) >= body.count(")", at, stop) + 1:
            stop = body.find(")", stop + 1, at + 600)
        if stop < 0:
            return [], at
        return [one.strip(" ,;“”\"'") for one in _INNER.split(body[at:stop])], stop + 1
    stop = _stop(body, at, sentence=False)
    if every:
        return [one.strip(" ,;“”\"'") for one in _INNER.split(body[at:stop])], stop
    first, *_rest = _INNER.split(body[at:stop])
    return [first.strip(" ,;“”\"'")], at + len(first)


def _stop(body: str, at: int, *, sentence: bool) -> int:
    """Give where a name ends; a legal form's own dot belongs to it."""
    for match in _STOP.finditer(body, at, at + _LONGEST):
        if match[0] == ".":
            if _NO_STOP.search(body, at, match.start()) or _FORM_AHEAD.match(body, match.start()):
                continue
            dotted = _DOTTED_FORM.search(body, at, match.start())
            return match.end() if dotted else match.start()
        if match[0] == ")" and body.count("(", at, match.start()):
            continue
        if sentence and match[0].startswith((",", " ")):
            continue
        return match.start()
    return min(len(body), at + _LONGEST)


def _is_name(text: str) -> bool:
    return 2 <= len(text) <= _LONGEST and (
        text[0].isupper() or text[0].isdigit() or ord(text[0]) > 0x3000
    )
