"""The message extension: search, and put a story into the conversation."""

from __future__ import annotations

from typing import Any

from microsoft_teams.api.activities.invoke.message_extension import (
    MessageExtensionQueryInvokeActivity,
)
from microsoft_teams.apps import ActivityContext, App

from bot.commands.answers import Listing
from bot.commands.extension_cards import results
from bot.messages import actions
from handlers.teams.desk import Desk
from handlers.teams.replies import found
from handlers.teams.trouble import or_apologise


def register(app: App, desk: Desk) -> None:
    """Add the listener for searches."""

    @app.on_message_ext_query
    async def asked(ctx: ActivityContext[MessageExtensionQueryInvokeActivity]) -> Any:  # noqa: ANN401 - the SDK takes an answer as JSON
        return await or_apologise(_search(desk, ctx), lambda text: found([], text), "extension")


async def _search(
    desk: Desk, ctx: ActivityContext[MessageExtensionQueryInvokeActivity]
) -> dict[str, Any]:
    value = ctx.activity.value
    text = next(
        (str(one.value or "") for one in value.parameters or () if one.name == "query"), ""
    ).strip()
    skip = (value.query_options.skip if value.query_options else None) or 0
    typed = actions.SearchPage(text, skip, typing=True)
    action = typed if text else actions.LatestPage(offset=skip)
    answer = await desk.find(ctx, action)
    return found(results(answer) if isinstance(answer, Listing) else [])
