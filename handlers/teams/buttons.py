"""Buttons of cards: every one says by itself what to do, so one listener serves all."""

from __future__ import annotations

from typing import Any

from microsoft_teams.api.activities.invoke.adaptive_card import AdaptiveCardInvokeActivity
from microsoft_teams.apps import ActivityContext, App

from bot.commands.answers import Sentence
from bot.commands.card_forms import read_card
from bot.commands.forms import Submitted
from bot.messages import action_values, actions
from handlers.teams.desk import Desk
from handlers.teams.files import OFFERED, offer
from handlers.teams.replies import cards_of, replaced, said, send
from handlers.teams.trouble import or_apologise

_PAGES = (actions.SearchPage, actions.LatestPage, actions.SavedPage, actions.DigestPage)
_STALE = "That button is of an older version; ask again."
_SHARED = "Shared."
_BELOW = "The answer is in the conversation."


def register(app: App, desk: Desk) -> None:
    """Add the listener for buttons."""

    @app.on_card_action
    async def pressed(ctx: ActivityContext[AdaptiveCardInvokeActivity]) -> Any:  # noqa: ANN401 - the SDK takes an answer as JSON
        return await or_apologise(_pressed(desk, ctx), said, "button")


async def _pressed(desk: Desk, ctx: ActivityContext[AdaptiveCardInvokeActivity]) -> dict[str, Any]:
    action = action_of(ctx.activity.value.action.data)
    if action is None:
        return said(_STALE)
    answer = await desk.act(ctx, action)
    reply = cards_of(answer)
    if reply.file is not None:
        return said(await offer(desk, ctx, reply.file) or OFFERED)
    if isinstance(action, _PAGES):
        return replaced(reply.cards[0])
    if isinstance(answer, Sentence):  # for the person alone
        return said(reply.text)
    await send(ctx, reply)
    return said(_SHARED if reply.public else _BELOW)


def form_of(data: object) -> Submitted | None:
    """Read the form that was sent; None when it is none of ours."""
    return read_card(data) if isinstance(data, dict) else None


def action_of(data: object) -> actions.Action | None:
    """Read what a button asks for; None when it is none of ours."""
    return action_values.read(data) if isinstance(data, dict) else None
