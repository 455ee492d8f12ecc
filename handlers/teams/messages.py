"""What is written to the bot, and buttons that come as messages."""

from __future__ import annotations

import html

from microsoft_teams.api.activities.message import MessageActivity
from microsoft_teams.api.activities.utils import StripMentionsTextOptions, strip_mentions_text
from microsoft_teams.apps import ActivityContext, App

from bot.commands.answers import Answer, Sentence
from bot.commands.form_problems import problems
from bot.metrics import ANSWER_SECONDS
from handlers.teams.buttons import action_of, form_of
from handlers.teams.desk import Desk
from handlers.teams.files import offer
from handlers.teams.replies import answered, cards_of, send


def register(app: App, desk: Desk) -> None:
    """Add the listener for messages."""

    @app.on_message
    async def written(ctx: ActivityContext[MessageActivity]) -> None:
        with ANSWER_SECONDS.labels("teams").time():
            await answered(ctx, _written(desk, ctx), "message")


async def _written(desk: Desk, ctx: ActivityContext[MessageActivity]) -> None:
    reply = cards_of(await _answer(desk, ctx))
    if reply.file is None:
        await send(ctx, reply)
    elif text := await offer(desk, ctx, reply.file):
        await ctx.send(text)


async def _answer(desk: Desk, ctx: ActivityContext[MessageActivity]) -> Answer:
    """Answer a text, or a button or form that an older client sends as a message."""
    data = ctx.activity.value
    if (action := action_of(data)) is not None:
        return await desk.act(ctx, action)
    if (form := form_of(data)) is not None:
        wrong = list(problems(form).values())
        return Sentence(" ".join(wrong), refused=True) if wrong else await desk.submit(ctx, form)
    return await desk.answer(ctx, text_of(ctx.activity))


def text_of(activity: MessageActivity) -> str:
    """Give what was written, without the bot's own mention.

    Teams writes `<`, `&` and spaces that must not break as HTML does.
    """
    options = StripMentionsTextOptions(account_id=activity.recipient.id)
    text = strip_mentions_text(activity, options) or ""
    return html.unescape(text).replace("\N{NO-BREAK SPACE}", " ").strip()
