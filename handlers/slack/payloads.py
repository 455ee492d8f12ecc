"""What Slack's payloads say: who acts, from which workspace, where. Pure.

In a channel shared with another organisation (Slack Connect) people of other workspaces act too;
the workspace is always the one that installed the bot, whoever acts.
Source: docs.slack.dev/apis/slack-connect.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def workspace_of(body: Mapping[str, Any]) -> str:
    """Give the id of the workspace that installed the bot; of the organisation (Enterprise Grid)
    where all of it did."""
    if _installed_by_organisation(body):
        return enterprise_of(body) or team_of(body)
    return team_of(body)


def team_of(body: Mapping[str, Any]) -> str:
    """Give the id of the workspace where it happened."""
    view = body.get("view")
    if isinstance(view, Mapping) and view.get("app_installed_team_id"):
        return str(view["app_installed_team_id"])
    team = body.get("team")
    if isinstance(team, Mapping) and team.get("id"):
        return str(team["id"])
    found = _authorization(body).get("team_id") or body.get("team_id")
    user = body.get("user")
    if not found and isinstance(user, Mapping):
        found = user.get("team_id")
    return str(found or "")


def enterprise_of(body: Mapping[str, Any]) -> str:
    """Give the id of the organisation (Enterprise Grid), where there is one."""
    organisation = body.get("enterprise")
    if isinstance(organisation, Mapping):
        return str(organisation.get("id") or "")
    found = _authorization(body).get("enterprise_id") or body.get("enterprise_id")
    return str(found or "")


def home_of(body: Mapping[str, Any]) -> str:
    """Give the workspace (or organisation) that the person who acts belongs to; nothing where
    the payload does not say."""
    user = body.get("user")
    if isinstance(user, Mapping):
        return str(user.get("team_id") or "")
    event = body.get("event")
    if isinstance(event, Mapping):
        return str(event.get("user_team") or event.get("source_team") or event.get("team") or "")
    return ""


def user_of(body: Mapping[str, Any]) -> str:
    """Give the id of the person who acts."""
    user = body.get("user")
    if isinstance(user, Mapping):
        return str(user.get("id") or "")
    event = body.get("event")
    if isinstance(event, Mapping):
        return str(event.get("user") or "")
    return str(body.get("user_id") or "")


def channel_of(body: Mapping[str, Any]) -> tuple[str, str]:
    """Give the channel's id and name; nothing where there is none (Home tab, global shortcut)."""
    channel = body.get("channel")
    if isinstance(channel, Mapping):
        return str(channel.get("id") or ""), str(channel.get("name") or "")
    event = body.get("event")
    if isinstance(event, Mapping):
        return str(event.get("channel") or ""), ""
    container = body.get("container")
    if not body.get("channel_id") and isinstance(container, Mapping):
        return str(container.get("channel_id") or ""), ""
    return str(body.get("channel_id") or ""), str(body.get("channel_name") or "")


def _authorization(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give on whose behalf an event was sent; its outer `team_id` may be another workspace's."""
    found = body.get("authorizations")
    first = found[0] if isinstance(found, list) and found else None
    return first if isinstance(first, Mapping) else {}


def _installed_by_organisation(body: Mapping[str, Any]) -> bool:
    said = _authorization(body).get("is_enterprise_install", body.get("is_enterprise_install"))
    return said is True or said == "true"
