"""Who people are: Teams gives an id with each change, and answers show names."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import replace

import httpx
from microsoft_teams.api import ApiClient

from bot.commands.answers import (
    Answer,
    ChangeList,
    FeedbackList,
    RemindersList,
    SettingsList,
    Shared,
    SubscriptionChange,
)
from bot.subscriptions.model import ChannelSettings

FAILED = (httpx.HTTPError, TimeoutError, OSError)
"""What goes wrong when Teams is asked."""

_KEPT = 10_000
_ASKED = 10
"""Names that are asked for to show one answer."""


class People:
    """Remembers the names of people seen, and asks a conversation's roster for others."""

    def __init__(self) -> None:
        self._names: OrderedDict[tuple[str, str], str] = OrderedDict()

    def saw(self, tenant: str, person: str, name: str) -> None:
        """Remember somebody's name."""
        if name:
            self._names[tenant, person] = name
            self._names.move_to_end((tenant, person))
        while len(self._names) > _KEPT:
            self._names.popitem(last=False)

    async def named(self, answer: Answer, api: ApiClient, tenant: str, conversation: str) -> Answer:
        """Give an answer with names in place of the ids of people, where they can be known."""
        names = await self.names(people_of(answer), api, tenant, conversation)
        return with_names(answer, names)

    async def names(
        self, people: Collection[str], api: ApiClient, tenant: str, conversation: str
    ) -> Mapping[str, str]:
        """Give the names of people by their ids, as far as they can be known."""
        unknown = [one for one in sorted(people) if (tenant, one) not in self._names]
        found = await asyncio.gather(*(_name(api, conversation, one) for one in unknown[:_ASKED]))
        for one, name in zip(unknown, found, strict=False):
            self.saw(tenant, one, name)
        names = {one: self._names.get((tenant, one), "") for one in people}
        return {one: name for one, name in names.items() if name}


async def _name(api: ApiClient, conversation: str, person: str) -> str:
    try:
        return (await api.conversations.get_member_by_id(conversation, person)).name or ""
    except FAILED:
        return ""


def people_of(answer: Answer) -> Collection[str]:
    """Give the ids of the people that an answer shows; the command line's is none."""
    match answer:
        case SettingsList():
            found = {s.created_by for one in answer.channels for s in one.subscriptions}
        case SubscriptionChange():
            found = {s.created_by for s in answer.channel.subscriptions}
        case ChangeList():
            found = {change.actor for change in answer.changes}
        case RemindersList():
            found = {one.by for one in answer.reminders}
        case FeedbackList():
            found = {one.actor for one in answer.said}
        case Shared():
            found = {answer.by}
        case _:
            found = set()
    return found - {"", "cli", "exportnews"}


def with_names(answer: Answer, names: Mapping[str, str]) -> Answer:
    """Give an answer with names in place of ids."""
    match answer:
        case SettingsList():
            return replace(answer, channels=tuple(_settings(c, names) for c in answer.channels))
        case SubscriptionChange():
            return replace(answer, channel=_settings(answer.channel, names))
        case ChangeList():
            return replace(
                answer,
                changes=tuple(
                    replace(one, actor=names.get(one.actor, one.actor)) for one in answer.changes
                ),
            )
        case RemindersList():
            set_by = (replace(one, by=names.get(one.by, one.by)) for one in answer.reminders)
            return replace(answer, reminders=tuple(set_by))
        case FeedbackList():
            said = (replace(one, actor=names.get(one.actor, one.actor)) for one in answer.said)
            return replace(answer, said=tuple(said), person=names.get(answer.person, answer.person))
        case Shared():
            return replace(answer, by=names.get(answer.by, answer.by))
        case _:
            return answer


def _settings(settings: ChannelSettings, names: Mapping[str, str]) -> ChannelSettings:
    named = tuple(
        replace(one, created_by=names.get(one.created_by, one.created_by))
        for one in settings.subscriptions
    )
    return replace(settings, subscriptions=named)
