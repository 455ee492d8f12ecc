"""Digests as Adaptive Cards: grouped by topic, what matters most first, never more than fits."""

from __future__ import annotations

from collections.abc import Sequence

from bot.messages import card_kit, digest_words
from bot.messages.card_kit import Card, Element
from bot.messages.model import Digest, DigestGroup, DigestItem, Message
from bot.messages.mrkdwn import clean
from bot.messages.rich import ours, together

_MOST_CARDS = 20
_SPARE_BYTES = 300
"""Kept for the heading of a card that goes on, and for longer numbers."""

_Story = tuple[DigestGroup, DigestItem]


def digest_message(digest: Digest, *, buttons: bool = True) -> Message:
    """Render a digest for Teams as one card; what has no room is one button away."""
    listed = _listed(_in_order(digest), _room(digest))
    reached = digest.offset + len(listed)
    text = clean(digest_words.fallback(digest), card_kit.FALLBACK_TEXT)
    body = [*_lead(digest), *_elements(listed), *_end(digest, reached)]
    return Message(text=text, card=_card(digest, body, reached, buttons=buttons))


def digest_cards(digest: Digest, *, buttons: bool = True) -> tuple[Card, ...]:
    """Render a digest as as many cards as its stories need, at most twenty.

    `buttons`: the bot hears of them; a card that is posted through a workflow has none.
    """
    left, room = _in_order(digest), _room(digest)
    reached = digest.offset
    cards: list[Card] = []
    while left or not cards:
        listed = _listed(left, room)
        left, reached = left[len(listed) :], reached + len(listed)
        last = not left or len(cards) == _MOST_CARDS - 1
        body = [*(_continued(digest) if cards else _lead(digest)), *_elements(listed)]
        if not last:
            cards.append(card_kit.card(body, fallback=digest_words.fallback(digest)))
            continue
        body += _end(digest, reached)
        cards.append(_card(digest, body, reached, buttons=buttons))
        break
    return tuple(cards)


def _card(digest: Digest, body: Sequence[Element], reached: int, *, buttons: bool) -> Card:
    onward = []
    if buttons and reached < digest.stories:
        onward.append(card_kit.button("Show more", digest_words.onward(digest, reached)))
    return card_kit.card(body, onward, fallback=digest_words.fallback(digest))


def _in_order(digest: Digest) -> list[_Story]:
    return [(group, item) for group in digest.groups for item in group.items]


def _room(digest: Digest) -> int:
    """Give the bytes that a card has for stories."""
    bare = [*_lead(digest), *_end(digest, digest.offset)]
    around = _card(digest, bare, digest.offset, buttons=True)
    return card_kit.CARD_BYTES - card_kit.size(around) - _SPARE_BYTES


def _listed(stories: Sequence[_Story], room: int) -> list[_Story]:
    """Give the first stories that fit into `room` bytes; one at least."""
    listed: list[_Story] = []
    used = 0
    for story in stories:
        new_group = not listed or listed[-1][0] is not story[0]
        used += card_kit.size(_elements([story]) if new_group else [_line(story[1])])
        if used > room and listed:
            break
        listed.append(story)
    return listed


def _elements(stories: Sequence[_Story]) -> list[Element]:
    """Put stories under the headings of their groups."""
    shown: list[Element] = []
    above: DigestGroup | None = None
    for group, item in stories:
        if group is not above:
            heading = card_kit.paragraph(digest_words.group_heading(group))
            shown.append(card_kit.apart(heading))
            above = group
        shown.append(_line(item))
    return shown


def _line(item: DigestItem) -> Element:
    return card_kit.line(digest_words.line(item))


def _lead(digest: Digest) -> list[Element]:
    heading = card_kit.heading(digest_words.heading(digest))
    return [heading, *(card_kit.small(note) for note in digest_words.notes(digest))]


def _continued(digest: Digest) -> list[Element]:
    return [card_kit.heading(f"{digest_words.heading(digest)}, continued", large=False)]


def _end(digest: Digest, reached: int) -> list[Element]:
    """Say what is left, and prove the coverage."""
    shown = []
    if reached < digest.stories:
        shown.append(card_kit.small(ours(digest_words.left_over(digest, reached))))
    if digest.read is not None:
        read = digest_words.coverage(digest.read, quiet=not digest.stories)
        shown.append(card_kit.apart(card_kit.small(read)))
        if unread := digest_words.unread(digest.read):
            shown.append(card_kit.small(together("⚠️ ", unread)))
    return shown
