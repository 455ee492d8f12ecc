"""The `auth.*`, `apps.*`, `users.*`, `team.*`, `bots.*` and `oauth.*` methods."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.demo.slack.errors import Refused
from bot.demo.slack.limits import UNLIMITED
from bot.demo.slack.model import User
from bot.demo.slack.registry import Request, method, page
from bot.demo.slack.workspace import APP_ID, BOT_NAME, Workspace

if TYPE_CHECKING:
    from bot.demo.slack.server import SlackServer

REVOKED = "token_revoked"
TOKEN_SECONDS = 43_200
"""How long a rotated token is good (docs.slack.dev/authentication/using-token-rotation)."""


@method("api.test", "error foo", tier=4, caller="anybody")
def api_test(request: Request) -> dict[str, Any]:
    """Answer, so that a caller knows the way is open."""
    if request.text("error"):
        raise Refused(request.text("error"))
    return {"ok": True, "args": dict(request.arguments)}


@method("auth.test", tier=UNLIMITED)
def auth_test(request: Request) -> dict[str, Any]:
    """Say whose token it is."""
    workspace = request.workspace
    return {
        "ok": True,
        "url": f"{request.server.url}/",
        "team": workspace.name,
        "user": BOT_NAME,
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
        "enterprise_id": workspace.enterprise or None,
    }


@method("auth.revoke", "test", tier=3)
def revoke(request: Request) -> dict[str, Any]:
    """Take a token back."""
    test = request.flag("test")
    if not test:
        request.workspace.token_error = REVOKED
    return {"ok": True, "revoked": not test}


@method("apps.connections.open", tier=UNLIMITED, caller="app")
def open_connection(request: Request) -> dict[str, Any]:
    """Give an address for one Socket Mode connection."""
    return {"ok": True, "url": request.server.sockets.ticket()}


@method("team.info", "team domain", scopes=("team:read",), tier=3)
def team_info(request: Request) -> dict[str, Any]:
    """Describe the workspace."""
    workspace = request.workspace
    team = {"id": workspace.team_id, "name": workspace.name, "domain": workspace.domain}
    return {"ok": True, "team": team}


@method("bots.info", "bot team_id", scopes=("users:read",), tier=3)
def bot_info(request: Request) -> dict[str, Any]:
    """Describe the bot."""
    if request.text("bot", request.workspace.bot_id) != request.workspace.bot_id:
        raise Refused("bot_not_found")
    bot = {
        "id": request.workspace.bot_id,
        "deleted": False,
        "name": BOT_NAME,
        "app_id": APP_ID,
        "user_id": request.workspace.bot_user_id,
    }
    return {"ok": True, "bot": bot}


@method("users.info", "user! include_locale", scopes=("users:read",), tier=4)
def user_info(request: Request) -> dict[str, Any]:
    """Describe a person, with the time zone."""
    user = request.workspace.users.get(request.text("user"))
    if user is None:
        raise Refused("user_not_found")
    return {"ok": True, "user": describe(request, user)}


@method("users.list", "cursor include_locale limit team_id", scopes=("users:read",), tier=2)
def user_list(request: Request) -> dict[str, Any]:
    """List everybody."""
    people = [describe(request, user) for user in request.workspace.users.values()]
    found, cursor = page(people, request.text("cursor"), request.number("limit", 200))
    return {"ok": True, "members": found, "response_metadata": {"next_cursor": cursor}}


@method(
    "oauth.v2.access",
    "client_id client_secret code grant_type redirect_uri refresh_token",
    tier=4,
    caller="anybody",
)
def oauth_access(request: Request) -> dict[str, Any]:
    """Exchange a code, or a refresh token, for a workspace's bot token."""
    server = request.server
    given = (request.text("client_id"), request.text("client_secret"))
    if given[0] != server.client_id:
        raise Refused("invalid_client_id")
    if given[1] != server.client_secret:
        raise Refused("bad_client_secret")
    if request.text("grant_type") == "refresh_token":
        workspace = _renewed(server, request.text("refresh_token"))
    else:
        found = server.oauth_codes.pop(request.text("code"), None)
        if found is None:
            raise Refused("invalid_code")
        workspace = found
    workspace.token_error = ""
    installer = next((u.id for u in workspace.users.values() if not u.bot), "U0")
    organisation = {"id": workspace.enterprise, "name": "Organisation"}
    return {
        "ok": True,
        **_ending(server, workspace),
        "access_token": workspace.bot_token,
        "token_type": "bot",
        "scope": ",".join(sorted(workspace.scopes)),
        "bot_user_id": workspace.bot_user_id,
        "app_id": APP_ID,
        "team": (
            None if workspace.org_install else {"name": workspace.name, "id": workspace.team_id}
        ),
        "enterprise": organisation if workspace.enterprise else None,
        "is_enterprise_install": workspace.org_install,
        "authed_user": {"id": installer},
    }


def _renewed(server: SlackServer, refresh_token: str) -> Workspace:
    """Give the workspace of a refresh token, with a new bot token; each works once."""
    for workspace in server.workspaces.values():
        if refresh_token and workspace.refresh_token == refresh_token:
            workspace.bot_token = f"xoxe.xoxb-1-{secrets.token_hex(12)}"
            return workspace
    raise Refused("invalid_refresh_token")


def _ending(server: SlackServer, workspace: Workspace) -> dict[str, Any]:
    """Give when a token ends, and what renews it, where tokens are rotated."""
    if not server.rotation:
        return {}
    workspace.refresh_token = f"xoxe-1-{secrets.token_hex(12)}"
    return {"expires_in": TOKEN_SECONDS, "refresh_token": workspace.refresh_token}


def describe(request: Request, user: User) -> dict[str, Any]:
    """Give a user as the Web API shows it."""
    workspace: Workspace = request.workspace
    now: datetime = request.server.clock().astimezone(ZoneInfo(user.tz))
    offset = now.utcoffset()
    return {
        "id": user.id,
        "team_id": user.team or workspace.team_id,
        "is_stranger": bool(user.team),
        "name": user.name.lower().replace(" ", "."),
        "deleted": False,
        "real_name": user.name,
        "tz": user.tz,
        "tz_label": now.tzname(),
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "is_admin": user.admin,
        "is_owner": user.admin,
        "is_bot": user.bot,
        "profile": {"real_name": user.name, "display_name": user.name},
    } | ({"enterprise_user": {"enterprise_id": user.enterprise}} if user.enterprise else {})
