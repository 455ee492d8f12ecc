"""The Home tab."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.commands.home import home_view
from handlers.slack.desk import Desk
from handlers.slack.payloads import user_of


async def publish(desk: Desk, client: AsyncWebClient, body: Mapping[str, Any]) -> None:
    """Publish a person's Home tab as it is now."""
    page = await desk.engine.commands.home(await desk.context(client, body))
    await client.views_publish(user_id=user_of(body), view=home_view(page))
