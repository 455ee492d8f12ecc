"""Commands that find entries: search, latest, what is like one, the person's own list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select

from bot.commands import model
from bot.commands.answers import LatestOfTopic, Listing, Offer
from bot.commands.context import CommandContext
from bot.commands.topic_words import titles, unknown_topic
from bot.delivery.loading import load_articles
from bot.errors import UsageError
from bot.messages import action_values, actions
from bot.messages.actions import LatestPage, SavedPage, SearchPage, Timeline
from bot.news.taxonomy import Taxonomy
from bot.search.model import Result, Results
from bot.search.parser import parse as parse_query
from bot.search.search import Search
from bot.storage.database import Database
from bot.storage.tables import entry, saved_entry, workspace
from bot.subscriptions.explain import entries_of
from bot.subscriptions.model import ChannelSettings

PAGE = 5
"""Entries on one page."""
MAX_OFFSET = 1_000
"""How far one can turn pages; further a narrower query serves better."""
_FILTERS = 4
_HOME_TOPICS, _HOME_ENTRIES = 6, 3


class Finding:
    """Finds entries and puts them on pages."""

    def __init__(self, db: Database, taxonomy: Taxonomy, search: Search) -> None:
        self._db = db
        self._taxonomy = taxonomy
        self._search = search
        self._titles = titles(taxonomy)

    async def search(self, asked: model.Search, offset: int = 0) -> Listing:
        """Search; what cannot be read in a query is taken as words, and said.

        What asks for nothing (`()`, only marks) gives the latest news, with a note, and is
        nothing to be alerted of.
        """
        if not parse_query(asked.text).asks:
            listing = await self.latest(model.Latest(), offset)
            return replace(listing, notes=(_nothing_asked(asked.text),), filters=())
        listing = _hinted(asked, await self._found(asked.text, offset, typing=asked.typing))
        if asked.cut:
            note = "Only the first 1,000 characters were read."
            listing = replace(listing, notes=(note, *listing.notes))
        return listing

    async def latest(self, asked: model.Latest, offset: int = 0) -> Listing:
        """The latest entries of a topic, or of all; an unknown topic is searched for."""
        offset = _on_page(offset)
        topic = self._taxonomy.resolve(asked.topic) if asked.topic else None
        if asked.topic and topic is None:
            return await self._search_instead(asked.topic)
        results = await self._search.latest(topic.id if topic else None, limit=PAGE, offset=offset)
        name = topic.id if topic else ""
        filters = (
            ()
            if topic
            else tuple(
                Offer(title, LatestPage(one))
                for one, title in list(self._titles.items())[:_FILTERS]
            )
        )
        return Listing(
            kind="latest",
            title=f"Latest: {topic.title}" if topic else "Latest news",
            results=results,
            offset=offset,
            earlier=LatestPage(name, offset - PAGE) if offset else None,
            later=LatestPage(name, offset + PAGE) if _goes_on(results, offset) else None,
            filters=filters,
            suggestions=() if results.total else self._elsewhere(),
            topic_titles=self._titles,
            searched=f"topic:{name}" if name else "",
        )

    async def more_like(self, entry_id: int) -> Listing:
        """Entries like one."""
        results = await self._search.more_like(entry_id, PAGE)
        return Listing("search", "More like this", results, topic_titles=self._titles)

    async def timeline(self, link: str) -> Listing:
        """The life of the matter that an article belongs to, told by its address or number, or by a
        RIN, docket or page of the Federal Register.

        Raises UsageError when there is none such here.
        """
        if not link:
            raise UsageError("Say of which article: `timeline 2311160003`, or its address.")
        async with self._db.read() as conn:
            found = await entries_of(conn, link)
        entry_id = found[0].id if found else await self._search.named(link)
        if entry_id is None:
            raise UsageError("That article is not stored here; search for its words instead.")
        return await self.life_of(entry_id)

    async def life_of(self, entry_id: int, offset: int = 0) -> Listing:
        """The entries of one matter, the oldest first."""
        offset = _on_page(offset)
        results = await self._search.matter(entry_id, limit=PAGE, offset=offset)
        return Listing(
            kind="search",
            title="Time line, the oldest first",
            results=results,
            offset=offset,
            earlier=Timeline(entry_id, max(0, offset - PAGE)) if offset else None,
            later=Timeline(entry_id, offset + PAGE) if _goes_on(results, offset) else None,
            topic_titles=self._titles,
        )

    async def latest_by_topic(
        self, channels: Sequence[ChannelSettings]
    ) -> tuple[LatestOfTopic, ...]:
        """The newest entries of the topics that channels ask for, else of the first topics."""
        asked = {s.target for c in channels for s in c.subscriptions if s.kind == "topic"}
        shown = [topic for topic in self._titles if not asked or topic in asked][:_HOME_TOPICS]
        return tuple(
            [
                LatestOfTopic(
                    topic,
                    self._titles[topic],
                    (await self._search.latest(topic, limit=_HOME_ENTRIES, offset=0)).results,
                )
                for topic in shown
            ]
        )

    async def saved(self, context: CommandContext, offset: int = 0) -> Listing:
        """The entries that the person has put aside, newest first."""
        offset = _on_page(offset)
        mine = (
            (saved_entry.c.actor == context.actor.id)
            & (workspace.c.platform == context.channel.platform)
            & (workspace.c.external_id == context.channel.workspace)
        )
        async with self._db.read() as conn:
            total = await conn.scalar(
                select(func.count()).select_from(saved_entry).join(workspace).where(mine)
            )
            rows = await conn.execute(
                select(entry.c.id, entry.c.position, entry.c.show)
                .select_from(saved_entry)
                .join(workspace)
                .join(entry)
                .where(mine)
                .order_by(saved_entry.c.at.desc(), saved_entry.c.entry_id.desc())
                .limit(PAGE)
                .offset(offset)
            )
            kept = list(rows)
            articles = await load_articles(conn, [row.id for row in kept])
        found = [
            Result(
                id=row.id,
                story_id=articles[row.id].story_id,
                title=articles[row.id].title,
                link=articles[row.id].link,
                published=articles[row.id].published,
                publication=articles[row.id].publication,
                topics=tuple(topic.topic for topic in articles[row.id].topics),
                snippet="",
                show=row.show,
                position=row.position,
            )
            for row in kept
        ]
        results = Results("", total or 0, tuple(found), 0.0)
        return Listing(
            kind="saved",
            title="Saved for you",
            results=results,
            offset=offset,
            earlier=SavedPage(offset - PAGE) if offset else None,
            later=SavedPage(offset + PAGE) if _goes_on(results, offset) else None,
            topic_titles=self._titles,
        )

    async def _found(self, text: str, offset: int, *, typing: bool = False) -> Listing:
        offset = _on_page(offset)
        results = await self._search.find(text, limit=PAGE, offset=offset, typing=typing)
        query = results.query or text
        return Listing(
            kind="search",
            title=query,
            results=results,
            offset=offset,
            earlier=_page(query, offset - PAGE) if offset else None,
            later=_page(query, offset + PAGE) if _goes_on(results, offset) else None,
            filters=() if offset else self._filters(query, results),
            suggestions=() if results.total else self._instead(text, results.suggestion),
            notes=results.notes,
            topic_titles=self._titles,
            searched=query,
        )

    async def _search_instead(self, words: str) -> Listing:
        unknown = unknown_topic(self._taxonomy, words)
        listing = await self._found(words, 0)
        near = tuple(Offer(f"Latest: {title}", LatestPage(topic)) for topic, title in unknown.near)
        note = f"There is no topic “{unknown.word}”, so it was searched for."
        return replace(listing, notes=(note, *listing.notes), suggestions=near)

    def _filters(self, query: str, results: Results) -> tuple[Offer, ...]:
        """The topics that many of the results have, and not all of them; with how many have it,
        where all were counted."""
        asked = parse_query(query)
        offers = []
        for topic, number in results.facets.get("topic", ()):
            narrowed = str(asked.narrowed("topic", topic))
            if number < results.total and _fits(narrowed):
                title = self._titles.get(topic, topic)
                label = f"{title} ({number:,})" if results.whole else title
                offers.append(Offer(label, _page(narrowed, 0)))
        return tuple(offers[:_FILTERS])

    def _instead(self, text: str, suggestion: str) -> tuple[Offer, ...]:
        """What to ask where nothing was found: the words as they were probably meant first."""
        meant = (Offer(f"Search: {suggestion}", _page(suggestion, 0)),) if suggestion else ()
        return meant + (self._near(text) or self._elsewhere())

    def _near(self, text: str) -> tuple[Offer, ...]:
        """What to ask instead where nothing was found: a topic of that name, fewer words."""
        offers = []
        topic = self._taxonomy.resolve(text)
        if topic is not None:
            offers.append(Offer(f"Latest: {topic.title}", LatestPage(topic.id)))
        words = [word for word in text.split() if ":" not in word and not word.startswith("-")]
        if len(words) > 1:
            offers.append(Offer("Any of these words", _page(" OR ".join(words), 0)))
        if len(words) != len(text.split()) and words:
            offers.append(Offer("Without filters", _page(" ".join(words), 0)))
        return tuple(offers)

    def _elsewhere(self) -> tuple[Offer, ...]:
        return (
            Offer("Latest news", LatestPage()),
            Offer("All topics", actions.Run("topics")),
        )


def _hinted(asked: model.Search, listing: Listing) -> Listing:
    """Add what may have been meant as a command: a right one was followed by what it does not
    take, a misspelt one found nothing."""
    if asked.command:
        note = f"This was searched for. For the command see `help {asked.command}`."
        return replace(listing, notes=(note, *listing.notes))
    if not asked.near or listing.results.total:
        return listing
    note = f"Did you mean the command `{asked.near}`?"
    offer = Offer(f"Do: {asked.near}", actions.Run(asked.near))
    return replace(listing, notes=(note, *listing.notes), suggestions=(offer, *listing.suggestions))


def _nothing_asked(text: str) -> str:
    said = " ".join(text.split())[:60]
    if not said:
        return "Say what to search for, for example `search advanced chips`. This is the latest."
    return f"There is no word to search for in “{said}”, so this is the latest."


def _on_page(offset: int) -> int:
    return min(max(0, offset), MAX_OFFSET)


def _goes_on(results: Results, offset: int) -> bool:
    return offset + PAGE <= MAX_OFFSET and offset + len(results.results) < results.total


def _page(query: str, offset: int) -> SearchPage:
    return SearchPage(query[: action_values.MAX_QUERY], max(0, offset))


def _fits(query: str) -> bool:
    return len(query) <= action_values.MAX_QUERY and action_values.fits(SearchPage(query))
