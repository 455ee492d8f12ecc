"""What people do in modals and in the Home."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.demo.slack import elements
from bot.demo.slack.delivery import Acknowledged
from bot.demo.slack.elements import Given
from bot.demo.slack.errors import Refused
from bot.demo.slack.interactions import Interactions, decisive
from bot.demo.slack.method_views import as_view, check_body, push, replace
from bot.demo.slack.model import Replies, View


@dataclass(frozen=True, slots=True)
class Submitted:
    """How the bot took a submission: `errors` by block id, the next view if there is one."""

    acked: bool
    errors: dict[str, str] = field(default_factory=dict)
    view: View | None = None
    closed: bool = False


class InViews(Interactions):
    """A workspace's people in its modals and Homes."""

    async def click_view(
        self, view: View, action_id: str, value: Given, values: dict[str, dict[str, Any]]
    ) -> Replies:
        """Use an element of a modal or of the Home. `values`: what a modal's fields are set to."""
        if view.body["type"] == "modal":
            view.values = self._filled(view, values)
        block_id, element = elements.find(view.body["blocks"], action_id, decisive(value))
        if element["type"] != "button":
            view.values.setdefault(block_id, {})[action_id] = elements.use(element, value)
        extra = {
            "container": {"type": "view", "view_id": view.id},
            "view": as_view(self.workspace, view),
            "trigger_id": self.server.triggers.give(self.workspace, view.user),
        }
        replies = Replies()
        await self.block_action(view.body["blocks"], action_id, value, view.user, extra, replies)
        return replies

    async def submit(self, view: View, values: dict[str, dict[str, Any]]) -> Submitted:
        """Submit a modal. `values`: by block id and action id, what each element is set to."""
        view.values = self._filled(view, values)
        payload = {
            "type": "view_submission",
            **self.who(view.user),
            "trigger_id": self.server.triggers.give(self.workspace, view.user),
            "view": as_view(self.workspace, view),
            "response_urls": [],
        }
        answer = await self.server.line.deliver("interactive", payload)
        return self._after_submission(view, answer)

    async def close_view(self, view: View) -> None:
        """Close a modal, telling the bot where it asked for that."""
        stack = self.workspace.modals.get(view.user, [])
        self.workspace.modals[view.user] = stack[: stack.index(view)] if view in stack else stack
        self.workspace.touched()
        if view.body.get("notify_on_close"):
            payload = {
                "type": "view_closed",
                **self.who(view.user),
                "view": as_view(self.workspace, view),
                "is_cleared": False,
            }
            await self.server.line.deliver("interactive", payload)

    async def suggest(self, view: View, action_id: str, typed: str) -> list[dict[str, Any]]:
        """Ask the bot for the options of an external select."""
        block_id, _ = elements.find(view.body["blocks"], action_id, None)
        payload = {
            "type": "block_suggestion",
            **self.who(view.user),
            "action_id": action_id,
            "block_id": block_id,
            "value": typed,
            "container": {"type": "view", "view_id": view.id},
            "view": as_view(self.workspace, view),
        }
        answer = await self.server.line.deliver("interactive", payload)
        return elements.options(answer.payload)

    def _filled(self, view: View, values: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Give the state of a view's fields, as Slack sends it: also of those nobody touched."""
        filled: dict[str, dict[str, Any]] = {}
        for block in view.body["blocks"]:
            for block_id, element in elements.elements([block]):
                kept = view.values.get(block_id, {}).get(element["action_id"])
                said = kept or elements.initial(element)
                if element["action_id"] in values.get(block_id, {}):
                    said = elements.use(element, values[block_id][element["action_id"]])
                if block["type"] == "input" or kept:
                    filled.setdefault(block_id, {})[element["action_id"]] = said
        return filled

    def _after_submission(self, view: View, answer: Acknowledged) -> Submitted:
        if not answer.ok:
            return Submitted(False)
        stack = self.workspace.modals.get(view.user, [])
        action = answer.payload.get("response_action")
        if action == "errors":
            known = {block.get("block_id") for block in view.body["blocks"]}
            errors = dict(answer.payload.get("errors") or {})
            if not errors or set(errors) - known:
                raise Refused("invalid_arguments", ["errors must name blocks of the view"])
            self.workspace.touched()
            return Submitted(True, errors=errors)
        if action in ("update", "push"):
            body = answer.payload["view"]
            check_body(body, "modal")
            if action == "push":
                return Submitted(True, view=push(self.workspace, view.user, body))
            replace(self.workspace, view, body)
            return Submitted(True, view=view)
        if action not in (None, "clear"):
            raise Refused("invalid_arguments", [f"unknown response_action {action!r}"])
        kept = [] if action == "clear" or view not in stack else stack[: stack.index(view)]
        self.workspace.modals[view.user] = kept
        self.workspace.touched()
        return Submitted(True, closed=True)
