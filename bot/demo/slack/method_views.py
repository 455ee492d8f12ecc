"""The `views.*` methods: modals and App Home."""

from __future__ import annotations

import json
from typing import Any, Literal

from bot.demo.slack.blockkit import check_view
from bot.demo.slack.elements import identify
from bot.demo.slack.errors import Refused
from bot.demo.slack.model import View
from bot.demo.slack.registry import Request, method
from bot.demo.slack.workspace import APP_ID, Workspace

STACK_MOST = 3


@method("views.open", "trigger_id interactivity_pointer view!", tier=4)
def open_view(request: Request) -> dict[str, Any]:
    """Open a modal for the person whose trigger it is."""
    body = view_of(request, "modal")
    user = request.server.triggers.use(request.text("trigger_id"), request.workspace)
    if request.workspace.modals.get(user):
        request.workspace.modals[user] = []
    return _shown(request, push(request.workspace, user, body))


@method("views.push", "trigger_id interactivity_pointer view!", tier=4)
def push_view(request: Request) -> dict[str, Any]:
    """Put a modal on top of the one that is open."""
    body = view_of(request, "modal")
    user = request.server.triggers.use(request.text("trigger_id"), request.workspace)
    return _shown(request, push(request.workspace, user, body))


@method("views.update", "view! view_id external_id hash", tier=4)
def update_view(request: Request) -> dict[str, Any]:
    """Put another body in an open view."""
    body = view_of(request, None)
    wanted, external = request.text("view_id"), request.text("external_id")
    if not wanted and not external:
        raise Refused("missing_argument")
    view = request.workspace.view(wanted) or _by_external_id(request.workspace, external)
    if view is None:
        raise Refused("not_found")
    if request.text("hash") and request.text("hash") != view.hash:
        raise Refused("hash_conflict")
    if body["type"] != view.body["type"]:
        raise Refused("invalid_arguments", ["the type of a view cannot change"])
    replace(request.workspace, view, body)
    return _shown(request, view)


@method("views.publish", "user_id! view! hash", tier=4)
def publish(request: Request) -> dict[str, Any]:
    """Show an App Home to one person."""
    body = view_of(request, "home")
    user = request.text("user_id")
    if user not in request.workspace.users:
        raise Refused("invalid_arguments", ["user not found [json-pointer:/user_id]"])
    view = request.workspace.homes.get(user)
    if view is None:
        view = request.workspace.homes[user] = View(request.workspace.new_id("V"), user, body)
        view.root = view.id
    elif request.text("hash") and request.text("hash") != view.hash:
        raise Refused("hash_conflict")
    replace(request.workspace, view, body)
    return _shown(request, view)


def view_of(request: Request, kind: Literal["modal", "home"] | None) -> dict[str, Any]:
    """Give the view of a call. Raises Refused when Slack would not take it."""
    view = request.structure("view", "invalid_arguments")
    check_body(view, kind)
    body: dict[str, Any] = view
    return body


def check_body(view: object, kind: Literal["modal", "home"] | None) -> None:
    """Raise Refused (`invalid_arguments`) when a view is not as Slack wants it."""
    if not isinstance(view, dict):
        raise Refused("invalid_arguments", ["must provide an object [json-pointer:/view]"])
    if kind and view.get("type") != kind:
        raise Refused("invalid_arguments", [f"must be {kind} [json-pointer:/view/type]"])
    problems = [str(problem) for problem in check_view(view)]
    if problems:
        raise Refused("invalid_arguments", problems)
    if len(json.dumps(view)) > 250_000:
        raise Refused("view_too_large")


def push(workspace: Workspace, user: str, body: dict[str, Any]) -> View:
    """Put a modal on a person's stack. Raises Refused (`push_limit_reached`)."""
    stack = workspace.modals.setdefault(user, [])
    if len(stack) >= STACK_MOST:
        raise Refused("push_limit_reached")
    external = body.get("external_id")
    if external and _by_external_id(workspace, external):
        raise Refused("duplicate_external_id")
    view = View(workspace.new_id("V"), user, body, previous=stack[-1].id if stack else "")
    view.root = stack[0].id if stack else view.id
    stack.append(view)
    replace(workspace, view, body)
    return view


def replace(workspace: Workspace, view: View, body: dict[str, Any]) -> None:
    """Give a view another body; what was typed stays where block and action ids stay."""
    view.body = {**body, "blocks": identify(body["blocks"])}
    view.hash = f"{workspace.new_ts()}.{view.id[-5:]}"
    kept = {block["block_id"] for block in view.body["blocks"]}
    view.values = {block: value for block, value in view.values.items() if block in kept}
    workspace.touched()


def as_view(workspace: Workspace, view: View) -> dict[str, Any]:
    """Give a view as the Web API and interactions show it."""
    body = {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        "title": None,
        "close": None,
        "submit": None,
        **view.body,
    }
    return {
        "id": view.id,
        "team_id": workspace.team_id,
        "app_id": APP_ID,
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.bot_id,
        "hash": view.hash,
        "root_view_id": view.root,
        "previous_view_id": view.previous or None,
        "state": {"values": view.values},
        **body,
    }


def _by_external_id(workspace: Workspace, external: str) -> View | None:
    stacks = [*workspace.modals.values(), list(workspace.homes.values())]
    views = [view for stack in stacks for view in stack]
    return next((v for v in views if external and v.body.get("external_id") == external), None)


def _shown(request: Request, view: View) -> dict[str, Any]:
    return {"ok": True, "view": as_view(request.workspace, view)}
