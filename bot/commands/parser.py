"""What people type, as typed commands. Pure; never fails: what is no command is a search.

Slack sends text with `&`, `<`, `>` as entities, and channels, people and addresses as `<#C1|name>`,
`<@U1>`, `<https://...|label>` (docs.slack.dev/messaging/formatting-message-text).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.commands.model import (
    Audit,
    CatchUp,
    Changes,
    Command,
    DigestTime,
    Feedback,
    Feeds,
    Help,
    Latest,
    Mention,
    Permission,
    Quiet,
    Reminders,
    Resume,
    Saved,
    SaveSearch,
    Score,
    Search,
    Settings,
    Subscribe,
    Subscriptions,
    Timeline,
    Timezone,
    Topics,
    Try,
    Unremind,
    Unsubscribe,
    Unwatch,
    Updates,
    Urgent,
    Watch,
    Why,
)
from bot.commands.names import read_names
from bot.commands.spans import parse_span
from bot.feeds.identity import DOCUMENT_NUMBER
from bot.search.matter import numbers_in
from bot.subscriptions.model import Mode

_SHORT_WORD, _LONG_WORD = 4, 7
"""A shorter word is no misspelt command; from this length on, two letters may be wrong."""

_ASKS_HOW = frozenset({"help", "--help", "-h", "?"})
"""What asks, behind a command's word, how that command is used."""
_SEARCHES = frozenset({"search", "find"})

MAX_TEXT = 1_000
"""Characters of a command that are read."""


_QUOTES = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»〝〞＂", '"'),
        **dict.fromkeys("‘’‚‛＇", "'"),
        **dict.fromkeys("\u00a0\u2007\u202f\u200b\ufeff\t\r\n", " "),
    }
)
_BRACKETS = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_MENTION = re.compile(r"(?<!\S)<#(?P<id>[A-Z0-9]+)(?:\|(?P<label>[^<>]*))?>(?!\S)")
_PLAIN_MENTION = re.compile(r"(?<!\S)#(?P<name>[^\s,#<>|]{1,80})(?!\S)")
_LEADING_USER = re.compile(r"^\s*(?:<@[A-Z0-9]+(?:\|[^<>]*)?>\s*[,:]?\s*)+")
_DASH = re.compile(r"(?<!\S)[–—−](?=\w)")
_MODES: Mapping[str, Mode] = {
    "daily": "daily",
    "weekly": "weekly",
    "instant": "instant",
    "instantly": "instant",
    "immediately": "instant",
    "--daily": "daily",
    "--weekly": "weekly",
    "--instant": "instant",
}
_LINK = re.compile(r"https?://\S+|\b\d{10}\b", re.IGNORECASE)
_DOCUMENT = re.compile(rf"(?<![\w-]){DOCUMENT_NUMBER}(?![\w-])")
_DIGEST_TIME = re.compile(
    r"(?:at\s+)?(?P<at>\d{1,2}(?:[:.h]\d\d)?\s*(?:[ap]\.?m\.?)?)"
    r"(?:\s+(?:on\s+)?(?P<day>[a-z]{2,9}))?",
    re.IGNORECASE,
)


def parse(text: str) -> Command:
    """Read what a person typed."""
    long = len(text) > MAX_TEXT
    text = _LEADING_USER.sub("", text[:MAX_TEXT].translate(_QUOTES)).strip()
    if not text:
        return Help()
    word, _space, rest = text.partition(" ")
    word = word.casefold().removeprefix("/").rstrip(":")
    read = _READERS.get(word)
    if read is None:
        return Search(plain(text), cut=long, near=near_command(text))
    if rest.strip().casefold() in _ASKS_HOW and word not in _SEARCHES:
        return Help(word)
    return read(rest.strip()) or Search(plain(text), cut=long, command=word)


def near_command(text: str) -> str:
    """Give what `text` may have meant as a command, where its first word is nearly one.

    `subscibe sanctions` gives `subscribe sanctions`; nothing where the word is no near one.
    """
    word, _space, rest = plain(text[:MAX_TEXT]).partition(" ")
    word = word.casefold().removeprefix("/")
    near = near_word(word, COMMANDS)
    return f"{near} {rest}".strip() if near not in {"", word} else ""


def near_word(word: str, of: Iterable[str]) -> str:
    """Give the one of these words that `word` is, or is but for a slip; nothing for a short one."""
    slips = 1 if len(word) < _LONG_WORD else 2
    found = process.extractOne(word, of, scorer=OSA.distance, score_cutoff=slips)
    return found[0] if found and len(word) >= _SHORT_WORD else ""


def plain(text: str) -> str:
    """Give text as the person saw it: names instead of ids, addresses without brackets."""
    text = _BRACKETS.sub(_shown, text)
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return _DASH.sub("-", " ".join(text.split()))


def _shown(found: re.Match[str]) -> str:
    inner, label = found[1], found[2] or ""
    if inner.startswith("#"):
        return f"#{label or inner[1:]}"
    if inner.startswith(("@", "!")):
        return label
    if inner.startswith("mailto:"):
        return label or inner.removeprefix("mailto:")
    return inner


@dataclass(frozen=True, slots=True)
class _Arguments:
    """What follows a command's word: the text without channel and mode."""

    text: str
    channel: Mention | None
    mode: Mode | None


def _arguments(rest: str, *, modes: bool = False) -> _Arguments:
    channel: Mention | None = None
    found = _MENTION.search(rest)
    if found:
        channel = Mention(found["id"], (found["label"] or "").strip())
    else:
        found = _PLAIN_MENTION.search(rest)
        if found:
            channel = Mention("", found["name"].casefold())
    if found:
        rest = f"{rest[: found.start()]} {rest[found.end() :]}"
    words = plain(rest).split()
    mode: Mode | None = None
    while modes and words and words[-1].casefold() in _MODES:
        mode = mode or _MODES[words.pop().casefold()]
    if channel and words and words[-1].casefold() in {"in", "to", "for", "from"}:
        words.pop()
    return _Arguments(" ".join(words), channel, mode)


def _topic_words(text: str) -> tuple[str, ...]:
    words = re.findall(r"\"([^\"]+)\"|([^\s,;\"]+)|([,;])", text)
    found = [quoted or word or comma for quoted, word, comma in words]
    return tuple(w for w in found if w.casefold() not in {"and", "&", "to"})


def _subscribe(rest: str) -> Command:
    given = _arguments(rest, modes=True)
    return Subscribe(_topic_words(given.text), given.channel, given.mode)


def _try(rest: str) -> Command | None:
    given = _arguments(rest, modes=True)
    return Try(_topic_words(given.text)) if given.text else None


def _unsubscribe(rest: str) -> Command:
    given = _arguments(rest)
    return Unsubscribe(_topic_words(given.text), given.channel)


def _watch(rest: str) -> Command:
    given = _arguments(rest, modes=True)
    term, aliases = read_names(given.text)
    return Watch(term, aliases, given.channel, given.mode)


def _unwatch(rest: str) -> Command:
    given = _arguments(rest)
    term, _aliases = read_names(given.text)
    return Unwatch(term, given.channel)


def _save(rest: str) -> Command | None:
    return _saved_search(rest, drop=False)


def _drop(rest: str) -> Command | None:
    return _saved_search(rest, drop=True)


def _saved_search(rest: str, *, drop: bool) -> Command | None:
    word, _space, query = rest.partition(" ")
    if word.casefold().rstrip(":") != "search":
        return None  # "save the whales" is a search
    given = _arguments(query, modes=not drop)
    return SaveSearch(given.text, given.channel, given.mode, drop)


def _digest(rest: str) -> Command:
    given = _arguments(rest)
    time = _DIGEST_TIME.fullmatch(given.text)
    if time and not given.text.isdecimal() and parse_span(given.text) is None:
        return DigestTime(time["at"], time["day"] or "", given.channel)
    return CatchUp(given.text, given.channel)


def _latest(rest: str) -> Command:
    return Latest(plain(rest))


def _why(rest: str) -> Command | None:
    found = _LINK.search(plain(rest))
    if not rest:
        return Why("")
    return Why(found.group()) if found else None


def _timeline(rest: str) -> Command | None:
    if not rest:
        return Timeline("")
    typed = plain(rest)
    if found := _LINK.search(typed):
        return Timeline(found.group())
    numbers = numbers_in(typed)
    if numbers and not any(kind == "fr-document" for kind, _ in numbers):
        return Timeline(numbers[0][1])
    found = _DOCUMENT.search(typed)
    return Timeline(found.group()) if found else None


def _alone(command: Command) -> Callable[[str], Command | None]:
    """A command that takes nothing: with more words it is a search."""
    return lambda rest: None if rest else command


def _of_channel(make: Callable[[Mention | None], Command]) -> Callable[[str], Command | None]:
    def read(rest: str) -> Command | None:
        given = _arguments(rest)
        return None if given.text else make(given.channel)

    return read


def _with_text(make: Callable[[str, Mention | None], Command]) -> Callable[[str], Command | None]:
    def read(rest: str) -> Command:
        given = _arguments(rest)
        return make(given.text, given.channel)

    return read


def _urgent(rest: str) -> Command:
    given = _arguments(rest)
    return Urgent(_topic_words(given.text), given.channel)


def _permission(rest: str) -> Command | None:
    word = plain(rest).casefold()
    return Permission(word) if word in {"", "everyone", "members", "admins"} else None


def _audit(rest: str) -> Command | None:
    """`audit` alone, or with `from:` and `to:` days; with other words it is a search."""
    days: dict[str, date] = {}
    for word in plain(rest).split():
        name, _colon, written = word.partition(":")
        try:
            days[name.casefold()] = date.fromisoformat(written)
        except ValueError:
            return None
    if days.keys() - {"from", "to"}:
        return None
    return Audit(days.get("from"), days.get("to"))


def _unremind(rest: str) -> Command | None:
    found = _LINK.search(plain(rest))
    if found:
        return Unremind(found.group())
    number = plain(rest).removeprefix("#")
    return Unremind(number) if number.isdecimal() or not number else None


def _search(rest: str) -> Command:
    return Search(plain(rest))


def _help(rest: str) -> Command:
    return Help(plain(rest).casefold().removeprefix("/exportnews").strip(" /"))


_READERS: Mapping[str, Callable[[str], Command | None]] = {
    "search": _search,
    "find": _search,
    "latest": _latest,
    "topics": lambda rest: Topics(plain(rest)),
    "subscribe": _subscribe,
    "unsubscribe": _unsubscribe,
    "try": _try,
    "subscriptions": _of_channel(Subscriptions),
    "changes": _of_channel(Changes),
    "settings": _of_channel(Settings),
    "resume": _of_channel(Resume),
    "watch": _watch,
    "unwatch": _unwatch,
    "save": _save,
    "drop": _drop,
    "digest": _digest,
    "quiet": _with_text(Quiet),
    "urgent": _urgent,
    "timezone": _with_text(Timezone),
    "score": _with_text(Score),
    "updates": _with_text(Updates),
    "permission": _permission,
    "why": _why,
    "timeline": _timeline,
    "feeds": _alone(Feeds()),
    "audit": _audit,
    "saved": _alone(Saved()),
    "reminders": _of_channel(Reminders),
    "unremind": _unremind,
    "feedback": _of_channel(Feedback),
    "help": _help,
}
COMMANDS: tuple[str, ...] = tuple(_READERS)
