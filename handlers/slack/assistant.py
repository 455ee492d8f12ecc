"""The assistant: Slack's split view for agents, where the bot is asked in a thread of its own.

Off unless EXPORTNEWS_SLACK_ASSISTANT is set, for an app must name the feature in its manifest.
Source: docs.slack.dev/ai/developing-ai-apps.
"""

from __future__ import annotations

from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.set_status.async_set_status import AsyncSetStatus
from slack_bolt.context.set_suggested_prompts.async_set_suggested_prompts import (
    AsyncSetSuggestedPrompts,
)
from slack_bolt.middleware.assistant.async_assistant import AsyncAssistant
from slack_sdk.web.async_client import AsyncWebClient

from handlers.slack.desk import FAILED, Desk, reason_of
from handlers.slack.events import answer_in

log = structlog.get_logger(__name__)

HELLO = "Ask me for export-control news: any words, a topic, an ECCN, a company, a span of days."
PROMPTS = (
    {"title": "What is new?", "message": "latest"},
    {"title": "What concerned my channels this week?", "message": "digest week"},
    {"title": "Entity List additions", "message": "latest entity-list"},
    {"title": "Everything on an ECCN", "message": "eccn:3A090"},
)


def register(app: AsyncApp, desk: Desk) -> None:
    """Let Bolt's assistant middleware take what is written in the assistant's threads."""
    assistant = AsyncAssistant()

    @assistant.thread_started
    async def started(
        payload: dict[str, Any],
        client: AsyncWebClient,
        set_suggested_prompts: AsyncSetSuggestedPrompts,
    ) -> None:
        thread = payload["assistant_thread"]
        await client.chat_postMessage(
            channel=thread["channel_id"], thread_ts=thread["thread_ts"], text=HELLO
        )
        await set_suggested_prompts(prompts=list(PROMPTS), title="For example")

    @assistant.thread_context_changed
    async def moved() -> None:
        """Nothing: no answer depends on which channel is open beside the assistant."""

    @assistant.user_message
    async def asked(
        body: dict[str, Any], client: AsyncWebClient, set_status: AsyncSetStatus
    ) -> None:
        try:
            await set_status("is looking it up…")
        except FAILED as error:  # a nicety; the answer matters
            log.info("slack.status_not_set", reason=reason_of(error))
        await answer_in(desk, body, client)

    app.assistant(assistant)
