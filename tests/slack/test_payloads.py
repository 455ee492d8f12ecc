"""Promise: whoever acts, the workspace is the one that installed the bot."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.slack.payloads import channel_of, home_of, user_of, workspace_of

HOST, OTHER, ORGANISATION = "T0HOST", "T0OTHER", "E0ORG"


def authorized(team: str | None, *, whole: bool = False) -> list[dict[str, Any]]:
    return [{"team_id": team, "enterprise_id": ORGANISATION, "is_enterprise_install": whole}]


@pytest.mark.parametrize(
    ("body", "workspace", "home"),
    [
        ({"team_id": HOST, "user_id": "U1"}, HOST, ""),
        ({"team": {"id": HOST}, "user": {"id": "U1", "team_id": OTHER}}, HOST, OTHER),
        (
            # A form opened from a shared channel: `team` is the other side's.
            {
                "team": {"id": OTHER},
                "user": {"id": "U1", "team_id": OTHER},
                "view": {"app_installed_team_id": HOST},
            },
            HOST,
            OTHER,
        ),
        (
            # An event of a shared channel: the outer `team_id` is the author's.
            {
                "team_id": OTHER,
                "authorizations": authorized(HOST),
                "event": {"user": "U1", "user_team": OTHER},
            },
            HOST,
            OTHER,
        ),
        (
            {"team_id": HOST, "authorizations": authorized(None, whole=True), "event": {}},
            ORGANISATION,
            "",
        ),
        (
            {"team_id": HOST, "enterprise_id": ORGANISATION, "is_enterprise_install": "true"},
            ORGANISATION,
            "",
        ),
        (
            {
                "team": None,
                "enterprise": {"id": ORGANISATION},
                "is_enterprise_install": True,
                "user": {"id": "U1", "team_id": HOST},
            },
            ORGANISATION,
            HOST,
        ),
        ({}, "", ""),
    ],
)
def test_the_workspace_and_the_persons_own(body: dict[str, Any], workspace: str, home: str) -> None:
    assert (workspace_of(body), home_of(body)) == (workspace, home)


def test_who_acts_where() -> None:
    assert user_of({"event": {"user": "U1", "channel": "C1"}}) == "U1"
    assert channel_of({"event": {"user": "U1", "channel": "C1"}}) == ("C1", "")
    assert channel_of({"container": {"channel_id": "C2"}}) == ("C2", "")
    assert channel_of({"channel_id": "C3", "channel_name": "trade"}) == ("C3", "trade")
    assert channel_of({"user": {"id": "U1"}}) == ("", "")
