"""Promise: what notifications and screen readers get of an answer says what is in it."""

from __future__ import annotations

import pytest

from bot.commands import cards
from tests.commands.desk import Desk, check

SAID = (
    ("latest", "7 articles: Court Upholds Trade Secrets Verdict"),
    ("entity list", "entity list, "),
    ("zeppelin", "Nothing was found for: zeppelin"),
    ("topics", "11 topics: Chip controls, Entity List, Trade secrets"),
    ("feeds", "1 of 1 feed in order"),
    ("subscriptions", "gets Sanctions, Acme Corp"),
    ("changes", "the newest: "),
    ("permission", "everyone may change"),
    (
        "why https://trade.example/0",
        "Commerce Adds Nine Firms to Entity List Over Drone Parts: This channel asks for nothing",
    ),
    ("digest 2 days", "Catching up: "),
    ("try entity-list", "Entity List: 2 alerts in 30 days"),
    ("help", "The commands are: search, latest, topics"),
    ("help watch", "watch: Alerts a channel to what names a company"),
    ("watch", ""),
    ("quiet", "There are no quiet hours"),
)


@pytest.mark.parametrize(("text", "said"), SAID)
async def test_it_says_what_is_in_it(desk: Desk, text: str, said: str) -> None:
    await desk.fill()
    await desk.ask("subscribe sanctions")
    await desk.ask("watch Acme Corp = Akme")
    answer = await desk.ask(text)
    message = check(answer).message
    assert message is not None
    card = cards.render(answer)
    for spoken in (message.text, card.text):
        assert said in spoken.replace("*", "")
        assert len(spoken.split()) > 3
    assert card.cards[0]["fallbackText"]
