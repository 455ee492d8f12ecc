"""What Slack knows of people and channels, as the engine's commands need it."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands.context import Access, Place
from bot.subscriptions.model import ChannelRef

log = structlog.get_logger(__name__)

KEPT_SECONDS = 600.0
KEPT_PEOPLE = 10_000
PAGE = 1000
PAGES = 10
"""Pages of channels or members that are read to find one: a bound, not a hope."""

_UNREACHABLE = (SlackApiError, aiohttp.ClientError, TimeoutError, OSError)


@dataclass(frozen=True, slots=True)
class Person:
    """A person: their zone (IANA), whether they administer the workspace, and which workspace
    and organisation they belong to, where Slack says so."""

    id: str
    name: str = ""
    timezone: str = "UTC"
    admin: bool = False
    team: str = ""
    enterprise: str = ""


class People:
    """Looks people up (`users.info`), and remembers them for ten minutes."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._kept: OrderedDict[tuple[str, str], tuple[float, Person]] = OrderedDict()

    async def person(self, client: AsyncWebClient, workspace: str, user: str) -> Person:
        """Give a person; with UTC and no rights when Slack will not say."""
        key = (workspace, user)
        kept = self._kept.get(key)
        if kept is not None and kept[0] > self._monotonic():
            return kept[1]
        try:
            found = (await client.users_info(user=user)).get("user") or {}
        except _UNREACHABLE as error:
            log.warning("slack.person_unknown", user=user, reason=_reason(error))
            return Person(user)
        person = Person(
            user,
            str(found.get("real_name") or found.get("name") or ""),
            str(found.get("tz") or "UTC"),
            bool(found.get("is_admin") or found.get("is_owner")),
            str(found.get("team_id") or ""),
            str((found.get("enterprise_user") or {}).get("enterprise_id") or ""),
        )
        self._kept[key] = (self._monotonic() + KEPT_SECONDS, person)
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT_PEOPLE:
            self._kept.popitem(last=False)
        return person


class SlackDirectory:
    """Finds channels of one workspace for one person; `Directory` for the commands room.

    A private channel is only found by those who are in it. `team`: the workspace whose channels
    are listed, where a whole organisation (Enterprise Grid) installed the bot.
    """

    def __init__(self, client: AsyncWebClient, workspace: str, user: str, team: str = "") -> None:
        self._client = client
        self._workspace = workspace
        self._user = user
        self._team = team if team != workspace else None

    async def find(self, channel: str, name: str) -> Place | None:
        """Give a channel by its id, or by its name."""
        try:
            found = await self._by_id(channel) if channel else await self._by_name(name)
            if found is None:
                return None
        except _UNREACHABLE as error:
            log.warning("slack.channel_unknown", channel=channel or name, reason=_reason(error))
            return None
        private = bool(found.get("is_private"))
        try:
            member = await self._has_member(str(found["id"]))
        except _UNREACHABLE as error:
            log.warning("slack.members_unknown", channel=str(found["id"]), reason=_reason(error))
            member = not private
        if private and not member:
            return None
        ref = ChannelRef("slack", self._workspace, str(found["id"]), str(found.get("name", "")))
        return Place(ref, access_of(found), member=member, private=private)

    async def _by_id(self, channel: str) -> Mapping[str, Any] | None:
        try:
            answer = await self._client.conversations_info(channel=channel)
        except SlackApiError as error:
            if error.response.get("error") == "channel_not_found":
                return None
            raise
        found: Mapping[str, Any] = answer["channel"]
        return found

    async def _by_name(self, name: str) -> Mapping[str, Any] | None:
        cursor = ""
        for _ in range(PAGES):
            answer = await self._client.conversations_list(
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=PAGE,
                cursor=cursor,
                team_id=self._team,
            )
            for found in answer.get("channels") or []:
                if found.get("name") == name:
                    channel: Mapping[str, Any] = found
                    return channel
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return None

    async def _has_member(self, channel: str) -> bool:
        cursor = ""
        for _ in range(PAGES):
            answer = await self._client.conversations_members(
                channel=channel, limit=PAGE, cursor=cursor
            )
            if self._user in (answer.get("members") or []):
                return True
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return False


async def access_here(client: AsyncWebClient, channel: str) -> Access:
    """Tell whether the bot can post in the channel that it was called from.

    Slack says `channel_not_found` of private channels that the bot is not in.
    """
    try:
        return access_of((await client.conversations_info(channel=channel))["channel"])
    except SlackApiError as error:
        return "none" if error.response.get("error") == "channel_not_found" else "unknown"
    except (aiohttp.ClientError, TimeoutError, OSError):
        return "unknown"


def access_of(channel: Mapping[str, Any]) -> Access:
    """Tell whether the bot can post in a channel, from what `conversations.info` says of it."""
    if channel.get("is_member") or channel.get("is_im"):
        return "in"
    return "none" if channel.get("is_private") else "open"


def _reason(error: BaseException) -> str:
    if isinstance(error, SlackApiError):
        return str(error.response.get("error"))
    return type(error).__name__
