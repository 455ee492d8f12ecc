"""What a person types to undo a change; nothing where no one command puts all of it back."""

from __future__ import annotations

from dataclasses import replace

from bot.commands import model
from bot.commands.answers import Verb
from bot.commands.parser import parse
from bot.subscriptions.model import Changed, Subscription

_LONGEST = 600
"""Characters; a button holds little more."""


def undoing(verb: Verb, changed: Changed, *, here: bool) -> str:
    """Give the command that leaves everything as it was before `changed`, or nothing.

    `here`: it is typed in the channel that was changed. Only what reads back as what is meant is
    given: a name with a comma in it would be two.
    """
    wanted = _wanted(verb, changed)
    ref = changed.channel.ref
    if wanted is None or not (here or ref.platform == "slack"):
        return ""
    written, meant = wanted
    channel = None if here else model.Mention(ref.channel, "")
    text = written if here else f"{written} <#{ref.channel}>"
    reads_back = len(text) <= _LONGEST and parse(text) == replace(meant, channel=channel)
    return text if reads_back else ""


Undone = model.Subscribe | model.Unsubscribe | model.Watch | model.Unwatch | model.SaveSearch


def _wanted(verb: Verb, changed: Changed) -> tuple[str, Undone] | None:
    """Give the command as it is written and as it is meant."""
    before = changed.before
    if verb == "subscribe" and changed.added and not before:
        return f"unsubscribe {' '.join(changed.added)}", model.Unsubscribe(changed.added)
    if verb in {"subscribe", "unsubscribe"}:
        return _again(changed)
    if verb == "watch" and changed.added:
        return _rewatch(before[0], changed) if before else _unwatch(changed.added[0])
    if verb == "unwatch" and before:
        return _rewatch(before[0], changed)
    if verb == "save-search" and changed.added and not before:
        query = changed.added[0]
        return f"drop search {query}", model.SaveSearch(query, drop=True)
    if verb in {"save-search", "drop-search"} and before and _is_plain(before[0]):
        query, mode = before[0].label, before[0].mode
        return f"save search {query} {mode}", model.SaveSearch(query, mode=mode)
    return None


def _again(changed: Changed) -> tuple[str, Undone] | None:
    """Subscribe again as before, where all that was changed came in one way."""
    modes = {one.mode for one in changed.before}
    ids = tuple(one.target for one in changed.before)
    some_are_new = set(changed.added) - set(ids)
    if len(modes) != 1 or some_are_new or any(one.gone for one in changed.before):
        return None
    if changed.removed and not all(map(_is_plain, changed.before)):
        return None  # a score or a mute went with it
    (mode,) = modes
    return f"subscribe {' '.join(ids)} {mode}", model.Subscribe(ids, mode=mode)


def _unwatch(term: str) -> tuple[str, Undone]:
    return f"unwatch {term}", model.Unwatch(term)


def _rewatch(before: Subscription, changed: Changed) -> tuple[str, Undone] | None:
    """Watch as before."""
    now = next((one for one in changed.channel.subscriptions if one.id == before.id), None)
    if now is None and not _is_plain(before):
        return None
    if now is not None and now.aliases and not before.aliases:
        return None  # a watch keeps its names when none are given
    names = f" = {', '.join(before.aliases)}" if before.aliases else ""
    written = f"watch {before.label}{names} {before.mode}"
    return written, model.Watch(before.label, before.aliases, mode=before.mode)


def _is_plain(one: Subscription) -> bool:
    return one.min_score is None and one.muted_until is None
