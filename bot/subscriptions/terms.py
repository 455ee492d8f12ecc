"""A team's own terms: watches and saved searches, each with its subscription."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select, update

from bot.errors import UsageError
from bot.news.company_forms import is_legal_form
from bot.news.watches import as_seen, said_of, watch_key
from bot.search.parser import parse
from bot.search.plan import tagged
from bot.search.tokens import STOP_WORDS
from bot.storage.tables import saved_search, subscription, watch
from bot.subscriptions.editing import Edit
from bot.subscriptions.model import Changed, Mode, Subscription, SubscriptionKind
from bot.subscriptions.topics import add
from bot.subscriptions.withdrawing import withdraw

MAX_TERM = 120
MAX_ALIASES = 20
MAX_QUERY = 500
MAX_PER_CHANNEL = 500
_MIN_TERM = 2
_MAX_KEY = 160


async def set_watch(edit: Edit, term: str, aliases: Sequence[str], mode: Mode) -> Changed:
    """Watch a term. One that is watched already gets these aliases and this mode.

    Without aliases the ones it has stay. Raises UsageError for a term that will not do.
    """
    term, names = _clean(term), tuple(dict.fromkeys(_clean(alias) for alias in aliases))
    if len(names) > MAX_ALIASES:
        raise UsageError(f"A watch has at most {MAX_ALIASES} aliases.")
    key = watch_key(term)
    row = (
        await edit.conn.execute(
            select(watch).where(watch.c.channel_id == edit.channel.id, watch.c.key == key)
        )
    ).first()
    if row is None:
        await _room_for_one_more(edit)
        watch_id = (
            await edit.conn.execute(
                insert(watch)
                .values(
                    channel_id=edit.channel.id,
                    term=term,
                    key=key,
                    aliases=list(names),
                    created_by=edit.actor.id[:128],
                    created_at=edit.now,
                )
                .returning(watch.c.id)
            )
        ).scalar_one()
        await add(edit, "watch", [str(watch_id)], mode, None)
        settings = await edit.done(
            "watch", {}, {"term": term, "aliases": list(names), "mode": mode}
        )
        return Changed(settings, added=(term,), notes=_also(term, names))
    names = names or tuple(row.aliases)
    before_mode = _mode(edit, "watch", row.id)
    if list(names) == list(row.aliases) and before_mode == mode:
        return Changed(await edit.unchanged(), already=(row.term,))
    await edit.conn.execute(update(watch).where(watch.c.id == row.id).values(aliases=list(names)))
    await _set_mode(edit, "watch", row.id, mode)
    settings = await edit.done(
        "watch",
        {"term": row.term, "aliases": list(row.aliases), "mode": before_mode},
        {"term": row.term, "aliases": list(names), "mode": mode},
    )
    was = _as_it_was(edit, "watch", row.id)
    return Changed(settings, added=(row.term,), notes=_also(row.term, names), before=was)


async def drop_watch(edit: Edit, term: str) -> Changed:
    """Watch a term no more."""
    row = (
        await edit.conn.execute(
            delete(watch)
            .where(watch.c.channel_id == edit.channel.id, watch.c.key == watch_key(_clean(term)))
            .returning(watch.c.id, watch.c.term, watch.c.aliases)
        )
    ).first()
    if row is None:
        return Changed(await edit.unchanged(), missing=(term.strip(),))
    await _drop_subscription(edit, "watch", row.id)
    settings = await edit.done("unwatch", {"term": row.term, "aliases": list(row.aliases)}, {})
    return Changed(settings, removed=(row.term,), before=_as_it_was(edit, "watch", row.id))


async def set_search(edit: Edit, query: str, mode: Mode) -> Changed:
    """Save a search: what it finds anew comes to the channel."""
    query = " ".join(query.split())
    if problem := query_problem(query):
        raise UsageError(problem)
    row = (
        await edit.conn.execute(
            select(saved_search).where(
                saved_search.c.channel_id == edit.channel.id,
                saved_search.c.key == search_key(query),
            )
        )
    ).first()
    if row is None:
        await _room_for_one_more(edit)
        search_id = (
            await edit.conn.execute(
                insert(saved_search)
                .values(
                    channel_id=edit.channel.id,
                    query=query,
                    key=search_key(query),
                    created_by=edit.actor.id[:128],
                    created_at=edit.now,
                )
                .returning(saved_search.c.id)
            )
        ).scalar_one()
        await add(edit, "search", [str(search_id)], mode, None)
        return Changed(
            await edit.done("save-search", {}, {"query": query, "mode": mode}), added=(query,)
        )
    before_mode = _mode(edit, "search", row.id)
    if before_mode == mode:
        return Changed(await edit.unchanged(), already=(row.query,))
    await _set_mode(edit, "search", row.id, mode)
    settings = await edit.done(
        "save-search",
        {"query": row.query, "mode": before_mode},
        {"query": row.query, "mode": mode},
    )
    return Changed(settings, added=(row.query,), before=_as_it_was(edit, "search", row.id))


async def drop_search(edit: Edit, query: str) -> Changed:
    """Forget a saved search."""
    row = (
        await edit.conn.execute(
            delete(saved_search)
            .where(
                saved_search.c.channel_id == edit.channel.id,
                saved_search.c.key == search_key(query),
            )
            .returning(saved_search.c.id, saved_search.c.query)
        )
    ).first()
    if row is None:
        return Changed(await edit.unchanged(), missing=(query.strip(),))
    await _drop_subscription(edit, "search", row.id)
    settings = await edit.done("drop-search", {"query": row.query}, {})
    return Changed(settings, removed=(row.query,), before=_as_it_was(edit, "search", row.id))


def _as_it_was(edit: Edit, kind: SubscriptionKind, target: int) -> tuple[Subscription, ...]:
    known = edit.channel.subscriptions
    return tuple(one for one in known if one.kind == kind and one.target == str(target))


def search_key(query: str) -> str:
    """Give what a query is compared by: spaces are free (`OR` and `or` are not the same); a long
    query by its hash."""
    squeezed = " ".join(query.split())
    if len(squeezed) <= _MAX_KEY:
        return squeezed
    return hashlib.sha256(squeezed.encode()).hexdigest()


def term_problem(term: str) -> str:
    """Say in a sentence why a term cannot be watched; nothing where it can."""
    term = as_seen(term)
    if sum(character.isalnum() for character in term) < _MIN_TERM:
        return "A watched term needs at least two letters or digits."
    if is_legal_form(term):
        return f"Many companies have “{_shown(term)}”; watch it with a company's name."
    if STOP_WORDS.issuperset(term.casefold().split()) or watch_key(term) in STOP_WORDS:
        return f"Every article has “{_shown(term)}”; watch a name or a phrase."
    if len(term) > MAX_TERM:
        return f"A watched term has at most {MAX_TERM} characters."
    return ""


def _shown(term: str) -> str:
    return term if len(term) <= MAX_TERM else f"{term[: MAX_TERM - 1]}…"


def query_problem(query: str) -> str:
    """Say in a sentence why a search cannot be saved; nothing where it can."""
    parsed = parse(query)
    if not parsed.asks:
        return "Say what to search for: a word, a phrase, `eccn:3A090`."
    if parsed.no_date:  # a search says so with what it finds; a saved one would be silent for ever
        return f"“{parsed.no_date}” is no date: write it as `from:2023-11-01`, or leave it out."
    if any(node.name == "story" for node in tagged(parsed.root)):
        # It is matched as it comes in, before its story is found: the search would stay silent.
        return "A new article has no story yet: save a search without `story:`."
    if len(query) > MAX_QUERY:
        return f"A saved search has at most {MAX_QUERY} characters."
    return ""


def _clean(term: str) -> str:
    term = as_seen(term)
    if problem := term_problem(term):
        raise UsageError(problem)
    return term


def _also(term: str, names: Sequence[str]) -> tuple[str, ...]:
    given = f"Its other names: {', '.join(names).removesuffix('.')}." if names else ""
    return tuple(filter(None, (given, said_of((term, *names)))))


async def _room_for_one_more(edit: Edit) -> None:
    count = await edit.conn.scalar(
        select(func.count())
        .select_from(subscription)
        .where(subscription.c.channel_id == edit.channel.id, subscription.c.kind != "topic")
    )
    if (count or 0) >= MAX_PER_CHANNEL:
        raise UsageError(
            f"A channel has at most {MAX_PER_CHANNEL} watches and saved searches; drop one first."
        )


def _mode(edit: Edit, kind: str, target: int) -> str | None:
    for have in edit.channel.subscriptions:
        if have.kind == kind and have.target == str(target):
            return have.mode
    return None


async def _set_mode(edit: Edit, kind: str, target: int, mode: Mode) -> None:
    await edit.conn.execute(
        update(subscription)
        .where(
            subscription.c.channel_id == edit.channel.id,
            subscription.c.kind == kind,
            subscription.c.target == str(target),
        )
        .values(mode=mode)
    )


async def _drop_subscription(edit: Edit, kind: str, target: int) -> None:
    """Take a term's subscription away, and from what is owed what only the term asked for."""
    await edit.conn.execute(
        delete(subscription).where(
            subscription.c.channel_id == edit.channel.id,
            subscription.c.kind == kind,
            subscription.c.target == str(target),
        )
    )
    await withdraw(edit, {(kind, str(target))})
