"""Forms as Adaptive Cards, to open in a dialog; `read_card` reads what they send back.

Fields have the names that `bot.commands.forms` gives them on every platform. Source of what is
sent back: learn.microsoft.com/adaptive-cards/authoring-cards/input-validation; the values chosen
in a menu of many come as one string with commas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.commands import form_words, forms, settings_lines
from bot.commands.answers import SettingsFormAnswer, ShareFormAnswer, WrongTopicFormAnswer
from bot.commands.reply import CardReply
from bot.messages import actions, card_kit, rich
from bot.messages.card_kit import Element
from bot.messages.mrkdwn import clean
from bot.messages.rich import ours, outside, together
from bot.subscriptions.model import ChannelSettings

Channels = Sequence[tuple[str, str]]
"""Ids and names of channels."""

_FORM, _ABOUT, _TRY = "form", "about", "try"
"""Where what is sent back says which form it is, what it was about, and that it is only tried."""

_LINES_MOST = 3_000
_NOTE_MOST = 1_000
_CHANNELS_MOST = 100
_LABEL = 80


def settings_form(answer: SettingsFormAnswer, channels: Channels = ()) -> CardReply:
    """The form of one channel's settings: everything that commands can set, in one place.

    Without a channel it asks for one of `channels`, and for what to add to it.
    """
    settings = answer.channel
    if not settings.ref.channel:
        body = [_channel_field(channels), *_topic_fields(answer), *_term_fields(answer)]
        return form(forms.SETTINGS, "Export news", body, submit="Subscribe", trial=True)
    name = together("What ", settings_lines.channel_name(settings.ref), " gets")
    body = [
        card_kit.paragraph(rich.bold(name)),
        *_topic_fields(answer),
        *_term_fields(answer),
        *_delivery_fields(settings),
        *_quiet_fields(answer),
    ]
    about = {"channel": settings.ref.channel, "name": clean(settings.ref.name, 80)}
    return form(forms.SETTINGS, "Export news here", body, submit="Save", about=about, trial=True)


def share_form(answer: ShareFormAnswer, channels: Channels = ()) -> CardReply:
    """The form that asks where an entry is shared, and with what note."""
    note = text_field(forms.NOTE, form_words.NOTE, "", most=_NOTE_MOST)
    body = [subject(answer.title), _channel_field(channels), note]
    about = {"entry": answer.entry_id}
    return form(forms.SHARE, "Share an article", body, submit="Share", about=about)


def wrong_topic_form(answer: WrongTopicFormAnswer) -> CardReply:
    """The form that asks which topics of an entry are wrong."""
    question = form_words.WRONG_TOPICS
    chosen = choose(forms.TOPICS, question, answer.topics, many=True, needed="Choose at least one.")
    about = {"entry": answer.entry_id}
    body = [subject(answer.title), chosen]
    return form(forms.WRONG_TOPIC, "Wrong topic", body, submit="Send", about=about)


def form(
    name: str,
    title: str,
    body: Sequence[Element],
    *,
    submit: str,
    about: Mapping[str, object] | None = None,
    trial: bool = False,
) -> CardReply:
    """Make the card of a form.

    `about`: what it is about, which comes back with its fields. `trial`: it can be tried first.
    """
    data = {_FORM: name, _ABOUT: dict(about or {})}
    send: Element = {
        "type": "Action.Submit",
        "title": submit,
        "style": "positive",
        "data": data,
    }
    attempt: Element = {
        "type": "Action.Submit",
        "title": form_words.TRY,
        "data": {**data, _TRY: True},
    }
    shown = card_kit.card(body, [attempt, send] if trial else [send], fallback=title)
    return CardReply((shown,), title, dialog=True, title=title)


def asks_to_try(data: Mapping[str, Any]) -> bool:
    """Whether what was sent asks what the form would do, and not to do it."""
    return data.get(_TRY) is True


def opener(sent: forms.Submitted) -> actions.Action | None:
    """Give what opens the form that was sent once more; None where a form is its own answer."""
    match sent:
        case forms.SettingsSubmitted():
            return actions.SettingsForm("" if sent.adds else sent.channel)
        case forms.ShareSubmitted():
            return actions.ShareForm(sent.entry)
        case forms.WrongTopicSubmitted():
            return actions.WrongTopic(sent.entry)
        case forms.AssignSubmitted():
            return actions.AssignForm(sent.entry)
        case forms.NotApplicableSubmitted():
            return actions.NotApplicableForm(sent.entry)
        case forms.RemindSubmitted():
            return actions.RemindForm(sent.entry)
        case _:
            return None


def filled(shown: CardReply, data: Mapping[str, Any], above: Sequence[Element]) -> CardReply:
    """Give a form once more with what was filled in, and with `above` before its fields.

    What was left empty stays so: of a menu in which nothing is chosen Teams sends nothing.
    """
    card = shown.cards[0]
    body = [
        {**each, "value": data.get(each["id"], "")} if _is_field(each) else each
        for each in card["body"]
    ]
    return replace(shown, cards=({**card, "body": [*above, *body]},))


def _is_field(element: Element) -> bool:
    return str(element["type"]).startswith("Input.")


def subject(title: str) -> Element:
    """Name the article that a form is about."""
    return card_kit.paragraph(rich.bold(outside(title, 250) or ours("An article")))


def _channel_field(channels: Channels) -> Element:
    choices = [(channel, f"{name or channel}") for channel, name in channels[:_CHANNELS_MOST]]
    first = choices[0][0] if choices else ""
    return choose(forms.CHANNEL, form_words.CHANNEL, choices, [first], needed="Choose a channel.")


def _topic_fields(answer: SettingsFormAnswer) -> list[Element]:
    return [
        choose(field, label, answer.topics, form_words.topics_in(answer.channel, mode), many=True)
        for field, mode, label in form_words.TOPIC_FIELDS
    ]


def _term_fields(answer: SettingsFormAnswer) -> list[Element]:
    return [
        text_field(field, label, lines, most=_LINES_MOST, hint=hint)
        for field, label, lines, hint in form_words.term_fields(answer.channel)
        if len(lines) <= _LINES_MOST  # so that none is lost
    ]


def _delivery_fields(settings: ChannelSettings) -> list[Element]:
    scores, score = form_words.score_choices(settings), repr(settings.min_score)
    weekday = str(settings.digest_weekday)
    zone = text_field(
        forms.ZONE, form_words.ZONE, clean(settings.timezone, 64), hint=form_words.ZONE_HINT
    )
    return [
        choose(forms.SCORE, form_words.SCORE, scores, [score]),
        _time(forms.DIGEST_AT, form_words.DIGEST_AT, settings.digest_at),
        choose(forms.WEEKDAY, form_words.WEEKDAY, form_words.DAYS, [weekday]),
        {**zone, "isRequired": True, "errorMessage": "Give a time zone."},
    ]


def _quiet_fields(answer: SettingsFormAnswer) -> list[Element]:
    settings = answer.channel
    quiet_from, quiet_to = form_words.quiet_hours(settings)
    on, urgent = form_words.switches_on(settings), settings.urgent_topics
    also = choose(forms.SWITCHES, form_words.ALSO, form_words.SWITCHES, on, many=True)
    return [
        {**also, "style": "expanded"},
        _time(forms.QUIET_FROM, form_words.QUIET_FROM, quiet_from),
        _time(forms.QUIET_TO, form_words.QUIET_TO, quiet_to),
        choose(forms.URGENT, form_words.URGENT, answer.topics, urgent, many=True),
    ]


def choose(
    field: str,
    label: str,
    choices: Sequence[tuple[str, str]],
    chosen: Sequence[str] = (),
    *,
    many: bool = False,
    needed: str = "",
) -> Element:
    """A menu; `needed`: what is said when nothing is chosen."""
    known = {value for value, _title in choices}
    shown: Element = {
        "type": "Input.ChoiceSet",
        "id": field,
        "label": label,
        "style": "compact",
        "placeholder": "Choose",
        "choices": [
            {"title": clean(title, _LABEL) or "-", "value": value} for value, title in choices
        ],
        "value": ",".join(value for value in chosen if value in known),
    }
    if many:
        shown["isMultiSelect"] = True
    return shown | _required(needed)


def _required(sentence: str) -> dict[str, Any]:
    return {"isRequired": True, "errorMessage": sentence} if sentence else {}


def text_field(field: str, label: str, value: str, *, most: int = 0, hint: str = "") -> Element:
    """A field of text; of lines when it may be long."""
    shown: Element = {"type": "Input.Text", "id": field, "label": label, "value": value}
    if most:
        shown |= {"isMultiline": True, "maxLength": most}
    if hint:
        shown["placeholder"] = hint
    return shown


def _time(field: str, label: str, at: str) -> Element:
    return {
        "type": "Input.Time",
        "id": field,
        "label": label,
        "value": at,
        **_required("Give a time of day."),
    }


def read_card(data: Mapping[str, Any]) -> forms.Submitted | None:
    """Read what a form sent back; None when it is none of ours."""
    about = data.get(_ABOUT)
    return forms.read(
        str(data.get(_FORM) or ""), about if isinstance(about, Mapping) else {}, _Sent(data)
    )


class _Sent:
    """The fields of a card that was sent."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data

    def __contains__(self, field: str) -> bool:
        return field in self._data

    def one(self, field: str) -> str:
        """The one value of a field, or nothing."""
        value = self._data.get(field)
        return value.strip() if isinstance(value, str) else ""

    def many(self, field: str) -> tuple[str, ...]:
        """The values chosen in a field."""
        return tuple(value for value in self.one(field).split(",") if value)
