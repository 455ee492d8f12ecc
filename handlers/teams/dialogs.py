"""Dialogs: forms and what one person reads, opened by a button, and forms that were sent."""

from __future__ import annotations

from typing import Any

from microsoft_teams.api.activities.invoke.task import (
    TaskFetchInvokeActivity,
    TaskSubmitInvokeActivity,
)
from microsoft_teams.apps import ActivityContext, App

from bot.commands import card_forms, form_problems, forms
from bot.commands.answers import Answer, Sentence, SettingsFormAnswer, ShareFormAnswer
from bot.commands.card_forms import Channels
from bot.commands.cards import render
from bot.commands.reply import CardReply
from bot.messages.card_kit import card, container, paragraph
from bot.messages.rich import ours
from handlers.teams.buttons import action_of, form_of
from handlers.teams.desk import Desk, conversation_of
from handlers.teams.files import OFFERED, offer
from handlers.teams.replies import dialog, dialog_said, send
from handlers.teams.trouble import or_apologise

_STALE = "That form is of an older version; ask again."


def register(app: App, desk: Desk) -> None:
    """Add the listeners for dialogs."""

    @app.on_dialog_open
    async def opened(ctx: ActivityContext[TaskFetchInvokeActivity]) -> Any:  # noqa: ANN401 - the SDK takes an answer as JSON
        return await or_apologise(_opened(desk, ctx), dialog_said, "dialog")

    @app.on_dialog_submit
    async def sent(ctx: ActivityContext[TaskSubmitInvokeActivity]) -> Any:  # noqa: ANN401 - the SDK takes an answer as JSON
        return await or_apologise(_sent(desk, ctx), dialog_said, "form")


async def _opened(desk: Desk, ctx: ActivityContext[TaskFetchInvokeActivity]) -> dict[str, Any]:
    action = action_of(ctx.activity.value.data)
    if action is None:
        return dialog_said(_STALE)
    return await _shown(desk, ctx, await desk.act(ctx, action))


async def _sent(desk: Desk, ctx: ActivityContext[TaskSubmitInvokeActivity]) -> dict[str, Any]:
    data = ctx.activity.value.data
    action = action_of(data)
    if action is not None:  # a button of what is shown in the dialog
        return await _shown(desk, ctx, await desk.act(ctx, action))
    form = form_of(data)
    if form is None:
        return dialog_said(_STALE)
    wrong = list(form_problems.problems(form).values())
    if wrong:
        return await _again(desk, ctx, form, _wrong(wrong))
    if card_forms.asks_to_try(data or {}) and isinstance(form, forms.SettingsSubmitted):
        tried = render(await desk.try_form(ctx, form))
        return await _again(desk, ctx, form, tried)
    answer = await desk.submit(ctx, form)
    reply = render(answer)
    if isinstance(answer, Sentence) and answer.refused:
        return await _again(desk, ctx, form, reply)
    if reply.public:
        await send(ctx, reply)
        return dialog_said("Shared.")
    return dialog(reply)


async def _again(
    desk: Desk,
    ctx: ActivityContext[TaskSubmitInvokeActivity],
    form: forms.Submitted,
    said: CardReply,
) -> dict[str, Any]:
    """Show a form once more as it was filled in, below what there is to say of it."""
    action = card_forms.opener(form)
    answer = await desk.act(ctx, action) if action is not None else None
    if answer is None or isinstance(answer, Sentence):  # what it was about is gone
        return dialog(said)
    shown = render(answer, channels=await _channels(desk, ctx, answer))
    above = container(said.cards[0]["body"], style="emphasis")
    return dialog(card_forms.filled(shown, ctx.activity.value.data or {}, [above]))


async def _shown(desk: Desk, ctx: ActivityContext[Any], answer: Answer) -> dict[str, Any]:
    """Show an answer in the dialog; a file is offered in the personal chat instead."""
    reply = render(answer, channels=await _channels(desk, ctx, answer))
    if reply.file is not None:
        return dialog_said(await offer(desk, ctx, reply.file) or OFFERED)
    return dialog(reply)


def _wrong(sentences: list[str]) -> CardReply:
    """Say what is wrong in a form: a dialog cannot say it beside the field."""
    shown = card([paragraph(ours(f"🚫 {one}")) for one in sentences], fallback=sentences[0])
    return CardReply((shown,), sentences[0])


async def _channels(desk: Desk, ctx: ActivityContext[Any], answer: Answer) -> Channels:
    """Give the channels that a form may offer: this one, and those that the person is in."""
    if not isinstance(answer, ShareFormAnswer | SettingsFormAnswer):
        return ()
    here = conversation_of(ctx.activity)
    found = {here.id: here.name or "This conversation"}
    for ref in await desk.directory(ctx).mine():
        found[ref.channel] = ref.name or found.get(ref.channel, ref.channel)
    return tuple(found.items())
