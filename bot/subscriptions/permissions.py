"""Who may change a channel's settings: one setting of the workspace, one pure rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from bot.errors import UsageError
from bot.subscriptions.model import OPERATOR, Actor

WhoMayChange = Literal["everyone", "members", "admins"]

DEFAULT: WhoMayChange = "everyone"
_KEY = "who_may_change"

_REFUSALS: dict[WhoMayChange, str] = {
    "everyone": "",
    "members": "Only members of a channel may change what it gets; join it first.",
    "admins": "Only admins of this workspace may change what its channels get; ask one of them.",
}


def parse_permission(text: str) -> WhoMayChange:
    """Give the setting for a word. Raises UsageError for an unknown one."""
    for choice in get_args(WhoMayChange):
        if text.strip().casefold() == choice:
            return choice  # type: ignore[no-any-return]
    raise UsageError("Who may change settings is one of: everyone, members, admins.")


def read_permission(settings: Mapping[str, Any]) -> WhoMayChange:
    """Give the setting from a workspace's stored settings."""
    stored = settings.get(_KEY, DEFAULT)
    return stored if stored in get_args(WhoMayChange) else DEFAULT


def with_permission(settings: Mapping[str, Any], who: WhoMayChange) -> dict[str, Any]:
    """Give a workspace's stored settings with this one changed."""
    return {**settings, _KEY: who}


def may_change(who: WhoMayChange, actor: Actor) -> bool:
    """Whether `actor` may change a channel's settings. Operators at the command line may."""
    if actor.id == OPERATOR or actor.admin:
        return True
    return who == "everyone" or (who == "members" and actor.member)


def may_change_permission(actor: Actor) -> bool:
    """Whether `actor` may change who may change: admins and operators only."""
    return actor.id == OPERATOR or actor.admin


def refusal(who: WhoMayChange) -> str:
    """Give the sentence for somebody who may not."""
    return _REFUSALS[who]
