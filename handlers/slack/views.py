"""Forms that were sent."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands import forms
from bot.commands.blocks import render
from bot.commands.views import message_view
from handlers.slack.desk import TITLE, Desk

_ANYWHERE = (forms.ShareSubmitted, forms.WrongTopicSubmitted, forms.SearchSubmitted)


def register(app: AsyncApp, desk: Desk) -> None:
    """Add the listener for every form."""

    @app.view(re.compile(".*"))
    async def submit(
        ack: AsyncAck, view: dict[str, Any], body: dict[str, Any], client: AsyncWebClient
    ) -> None:
        form = forms.read_view(view)
        if form is None:
            await ack()
            return
        wrong = forms.problems(form)
        if wrong:
            await ack(response_action="errors", errors=wrong)
            return
        if isinstance(form, forms.SearchSubmitted):
            context = await desk.context(client, body, changes=False)
            reply = render(await desk.engine.commands.submit(form, context))
            if reply.message is not None:
                view = message_view(reply.message, TITLE)
                await ack(response_action="update", view=dict(view))
            return
        await ack()
        context = await desk.context(client, body)
        if isinstance(form, forms.AssignSubmitted):
            form = replace(form, assignee_name=await desk.name_of(client, body, form.assignee))
        answer = await desk.engine.commands.submit(form, context)
        await desk.join(answer, client)
        reply = render(answer)
        if reply.public:
            await desk.post(reply, client, context.actor.id)
        elif reply.message is not None:
            await desk.tell(reply.message, client, _told_in(form), context.actor.id)


def _told_in(form: forms.Submitted) -> str:
    """Give the channel that a form is about, where its answer is shown; none for others."""
    return "" if isinstance(form, _ANYWHERE) else form.channel
