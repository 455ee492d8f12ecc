"""Promise: a form that is shown again with a mistake has all that was filled in; every form."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.commands import card_forms, cards, form_problems, forms, views
from bot.commands.answers import (
    Answer,
    AssignFormAnswer,
    NotApplicableFormAnswer,
    RemindFormAnswer,
    SettingsFormAnswer,
    ShareFormAnswer,
    WrongTopicFormAnswer,
)
from bot.commands.blocks import render
from bot.news.model import KeyDate
from bot.subscriptions.model import ChannelRef, ChannelSettings, Subscription
from tests.commands.test_forms import filled as sent_from_slack
from tests.support.teams.model import filled_in

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
DAY = date(2026, 4, 1)
HERE = ChannelRef("teams", "tenant", "19:trade@thread.tacv2", "Trade")
TOPICS = (("entity-list", "Entity List"), ("sanctions", "Sanctions"), ("licensing", "Licensing"))
DATES = (KeyDate("effective", DAY), KeyDate("comments", date(2026, 5, 1)))
SETTINGS = ChannelSettings(
    1,
    HERE,
    quiet_from="20:00",
    quiet_to="07:00",
    wants_updates=True,
    urgent_topics=("sanctions",),
    subscriptions=(
        Subscription(1, "topic", "sanctions", "Sanctions", "daily", None, "29:1ann", NOW),
        Subscription(2, "watch", "12", "Acme", "instant", None, "29:1ann", NOW, None, ("Akme",)),
    ),
)
NOWHERE = ChannelSettings(0, replace(HERE, channel="", name=""))
FORMS: dict[str, Answer] = {
    "settings": SettingsFormAnswer(SETTINGS, TOPICS),
    "settings elsewhere": SettingsFormAnswer(NOWHERE, TOPICS),
    "share": ShareFormAnswer(7, "An article"),
    "wrong topic": WrongTopicFormAnswer(7, "An article", TOPICS),
    "assign": AssignFormAnswer(7, "An article", HERE, DAY),
    "not applicable": NotApplicableFormAnswer(7, "An article", HERE),
    "remind": RemindFormAnswer(7, "An article", HERE, DATES),
}
CHANNELS = ((HERE.channel, "Trade"), ("19:chips@thread.tacv2", "Chips"))
OTHER = {"Input.Text": "Other\nwords", "Input.Time": "09:41", "Input.Date": "2026-06-07"}


def form_of(answer: Answer) -> dict[str, Any]:
    (card,) = cards.render(answer, channels=CHANNELS).cards
    return dict(card)


def changed(field: dict[str, Any]) -> str:
    """Give something else than the field has."""
    if field["type"] != "Input.ChoiceSet":
        return OTHER[field["type"]]
    values = [choice["value"] for choice in field["choices"]] or ["6f1e1f6e-an-id"]
    return ",".join(values[-2:]) if field.get("isMultiSelect") else str(values[-1])


def again(answer: Answer, data: dict[str, Any]) -> dict[str, Any]:
    """Give what is sent of a form that was shown once more after `data` was sent."""
    shown = card_forms.filled(cards.render(answer, channels=CHANNELS), data, [])
    return filled_in(dict(shown.cards[0]), {})


@pytest.mark.parametrize("answer", FORMS.values(), ids=FORMS)
def test_a_card_that_is_shown_again_has_what_was_filled_in(answer: Answer) -> None:
    form = form_of(answer)
    fields = {one["id"]: one for one in form["body"] if one["type"].startswith("Input.")}
    assert fields
    data = filled_in(form, {name: changed(field) for name, field in fields.items()})
    assert again(answer, data) == data


@pytest.mark.parametrize("answer", FORMS.values(), ids=FORMS)
def test_a_card_that_is_shown_again_leaves_empty_what_was_emptied(answer: Answer) -> None:
    form = form_of(answer)
    emptied = {one["id"]: "" for one in form["body"] if one["type"].startswith("Input.")}
    data = filled_in(form, emptied)
    assert again(answer, data) == data
    read = card_forms.read_card(data)
    assert read is not None
    assert not getattr(read, "daily", ())


@pytest.mark.parametrize(
    "view",
    [*(dict(render(answer).view or {}) for answer in FORMS.values()), views.search_form("chips")],
    ids=[*FORMS, "search"],
)
def test_slack_is_told_of_a_mistake_at_a_field_of_the_form(view: dict[str, Any]) -> None:
    """Slack keeps open what is answered so, with all that was filled in."""
    form = forms.read_view(sent_from_slack(view))
    assert form is not None
    fields = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    assert form_problems.told_beside(form) in fields
    assert form_problems.problems(form).keys() <= fields
