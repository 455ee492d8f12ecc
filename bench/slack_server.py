"""The Slack look-alike as a process of its own, for benches: one JSON argument, one JSON line out.

Argument: {"workspaces": N, "channels": M}; it has M channels, spread over N workspaces. It prints
its address and the workspaces' tokens, then serves until SIGTERM. Limits are off: what is measured
is the sender. Nor does it collect garbage: it keeps every message, and would stop for seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import signal

from bot.demo.slack import SlackLookalike


def names(workspaces: int, channels: int) -> list[tuple[str, str]]:
    """Give the channels as (workspace, channel), in turn."""
    return [(f"T{n % workspaces}", f"C{n}") for n in range(channels)]


async def serve(workspaces: int, channels: int) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with SlackLookalike(limits=False) as slack:
        for number in range(workspaces):
            slack.add_workspace(f"T{number}", f"Workspace {number}")
        for team, name in names(workspaces, channels):
            slack.workspaces[team].add_channel(name, name.lower())
        tokens = {team: home.bot_token for team, home in slack.workspaces.items()}
        print(json.dumps({"api": slack.api_url, "tokens": tokens}), flush=True)
        await stop.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("argument", type=json.loads, help="JSON, as said in the module")
    asked = parser.parse_args().argument
    gc.disable()
    asyncio.run(serve(asked["workspaces"], asked["channels"]))
