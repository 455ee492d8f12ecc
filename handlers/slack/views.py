"""Forms that were sent."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands import forms
from bot.commands.blocks import render
from bot.commands.views import message_view
from handlers.slack.desk import TITLE, Desk


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
        answer = await desk.engine.commands.submit(form, context)
        await desk.join(answer, client)
        reply = render(answer)
        if reply.public:
            await desk.post(reply, client)
        elif reply.message is not None:
            channel = form.channel if isinstance(form, forms.SettingsSubmitted) else ""
            await desk.tell(reply.message, client, channel, context.actor.id)
