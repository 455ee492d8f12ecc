"""Forms that were sent."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands import form_problems, forms
from bot.commands.answers import Answer, Sentence
from bot.commands.apologies import apology
from bot.commands.blocks import render
from bot.commands.views import message_view
from handlers.slack.desk import TITLE, Desk
from handlers.slack.payloads import user_of

_OPEN_SECONDS = 2.0
"""How long a form stays open for its answer; Slack waits three seconds."""

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
        wrong = form_problems.problems(form)
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
        answer = await _closing(
            ack, form_problems.told_beside(form), _answer(desk, form, body, client)
        )
        if answer is None:
            return
        await desk.join(answer, client)
        reply = render(answer)
        if reply.public:
            await desk.post(reply, client, user_of(body))
        elif reply.message is not None:
            await desk.tell(reply.message, client, _told_in(form), user_of(body))


async def _answer(
    desk: Desk, form: forms.Submitted, body: dict[str, Any], client: AsyncWebClient
) -> Answer:
    context = await desk.context(client, body)
    if isinstance(form, forms.AssignSubmitted):
        form = replace(form, assignee_name=await desk.name_of(client, body, form.assignee))
    return await desk.engine.commands.submit(form, context)


async def _closing(ack: AsyncAck, field: str, answering: Awaitable[Answer]) -> Answer | None:
    """Close a form once it is carried out; None where it stays open, as it was filled in, and says
    at `field` why not. It closes before it is answered when that takes longer than Slack waits."""
    task = asyncio.ensure_future(answering)
    done, _waiting = await asyncio.wait({task}, timeout=_OPEN_SECONDS)
    if not done:
        await ack()
        return await task
    try:
        answer = await task
    except Exception as error:
        await ack(response_action="errors", errors={field: apology(error)})
        raise
    if isinstance(answer, Sentence) and answer.refused:
        await ack(response_action="errors", errors={field: answer.text})
        return None
    await ack()
    return answer


def _told_in(form: forms.Submitted) -> str:
    """Give the channel that a form is about, where its answer is shown; none for others."""
    return "" if isinstance(form, _ANYWHERE) else form.channel
