"""Entries found, as Block Kit: each with its menu, pages by button, filters, suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from bot.commands.answers import Listing, Offer
from bot.messages import actions, kit, limits, words
from bot.messages.actions import encode
from bot.messages.kit import Block
from bot.messages.model import Message
from bot.messages.mrkdwn import bold, date_time, escape, link, snippet
from bot.search.model import Result

_TITLE, _SNIPPET, _LABEL, _TOPICS = 200, 300, 80, 4
_FORMS: tuple[Literal["csv", "json"], ...] = ("csv", "json")
_EMPTY = {
    "search": "Nothing was found for: {title}",
    "latest": "There is nothing yet. {title} will show here as it is published.",
    "saved": "You have saved nothing yet: “Save for me” is under every article.",
}


def listing(answer: Listing) -> Message:
    """Render a page of entries."""
    if not answer.results.results:
        return _nothing(answer)
    head = f"{bold(escape(answer.title, 200))}  ·  {_count(answer)}"
    blocks = [kit.section(head)]
    blocks += [kit.context(escape(note, 300)) for note in answer.notes[:3]]
    blocks += [_entry(result, answer) for result in answer.results.results]
    if answer.filters:
        blocks.append(offers(answer.filters, "filter"))
    turning = _turning(answer)
    if turning:
        blocks.append(kit.actions(turning))
    text = f"{answer.title}: {answer.results.results[0].title}"
    return Message(text=escape(text, 600), blocks=tuple(blocks))


def _nothing(answer: Listing) -> Message:
    text = escape(_EMPTY[answer.kind].format(title=answer.title), 500)
    blocks = [kit.section(text)]
    blocks += [kit.context(escape(note, 300)) for note in answer.notes[:3]]
    if answer.suggestions:
        blocks.append(kit.context("Try instead:"))
        blocks.append(offers(answer.suggestions, "suggestion"))
    return Message(text=text, blocks=tuple(blocks))


def _count(answer: Listing) -> str:
    total = answer.results.total
    first, last = answer.offset + 1, answer.offset + len(answer.results.results)
    if total <= len(answer.results.results):
        return words.count(total, "article")
    return f"{first:,} to {last:,} of {words.count(total, 'article')}"


def _entry(result: Result, answer: Listing) -> Block:
    lines = [bold(link(result.link, result.title or "Untitled", _TITLE))]
    if result.snippet:
        lines.append(snippet(result.snippet, _SNIPPET))
    topics = [escape(answer.topic_titles.get(t, t), _LABEL) for t in result.topics]
    about = [escape(result.publication, _LABEL), date_time(result.published)]
    if topics:
        about.append(words.some(topics, _TOPICS))
    lines.append(f"_{' · '.join(about)}_")
    return kit.section("\n".join(lines), accessory=_menu(result, answer))


def _menu(result: Result, answer: Listing) -> Block:
    saved = answer.kind == "saved"
    save = actions.SaveEntry(result.id, on=not saved)
    return kit.overflow(
        "more",
        [
            kit.option("Share in this channel", encode(actions.ShareHere(result.id))),
            kit.option("Share elsewhere…", encode(actions.ShareForm(result.id))),
            kit.option("Take off my list" if saved else "Save for me", encode(save)),
            kit.option("More like this", encode(actions.MoreLike(result.id))),
            kit.option("Why did it come here, or not?", encode(actions.Explain(result.id))),
        ],
    )


def _turning(answer: Listing) -> list[Block]:
    buttons = []
    if answer.earlier is not None and actions.fits(answer.earlier):
        buttons.append(kit.button("Previous", "page-earlier", encode(answer.earlier)))
    if answer.later is not None and actions.fits(answer.later):
        buttons.append(kit.button("Next", "page-later", encode(answer.later)))
    save = actions.SaveSearch(answer.searched)
    if answer.kind == "search" and answer.searched and actions.fits(save):
        buttons.append(kit.button("Alert this channel to new ones", "save-search", encode(save)))
        buttons += [
            kit.button(f"Export {form.upper()}", f"export-{form}", encode(asked))
            for form in _FORMS
            if actions.fits(asked := actions.ExportSearch(answer.searched, form))
        ]
    return buttons


def offers(offered: Sequence[Offer], name: str) -> Block:
    """Render what can be done next as buttons; one whose value has no room is left out."""
    fitting = [offer for offer in offered if actions.fits(offer.action)]
    return kit.actions(
        [
            kit.button(
                offer.label,
                f"{name}-{number}",
                encode(offer.action),
                style="primary" if offer.primary else "",
            )
            for number, offer in enumerate(fitting[: limits.ACTION_ELEMENTS])
        ]
        or [kit.button("Latest news", f"{name}-0", encode(actions.LatestPage()))]
    )
