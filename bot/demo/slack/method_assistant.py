"""The `assistant.threads.*` methods: what stands beside an assistant's thread."""

from __future__ import annotations

from typing import Any

from bot.demo.slack.errors import Refused
from bot.demo.slack.registry import Request, method

PROMPTS_MOST = 4


@method(
    "assistant.threads.setStatus",
    "channel_id! thread_ts! status loading_messages icon_emoji icon_url username",
    scopes=("assistant:write", "chat:write"),
    tier=3,
)
def set_status(request: Request) -> dict[str, Any]:
    """Say what the assistant is doing."""
    _thread(request)
    return {"ok": True}


@method(
    "assistant.threads.setSuggestedPrompts",
    "channel_id! thread_ts! prompts! title",
    scopes=("assistant:write",),
    tier=3,
)
def set_prompts(request: Request) -> dict[str, Any]:
    """Offer what to ask."""
    _thread(request)
    prompts = request.structure("prompts", "invalid_arguments")
    if not isinstance(prompts, list) or not 1 <= len(prompts) <= PROMPTS_MOST:
        raise Refused("invalid_arguments", ["one to four prompts"])
    return {"ok": True}


def _thread(request: Request) -> None:
    channel = request.workspace.channel(request.text("channel_id"))
    if not channel.partner or request.text("thread_ts") not in channel.messages:
        raise Refused("thread_not_found")
