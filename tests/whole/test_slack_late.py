"""Promise: a bot that starts while Slack is away listens at once, and begins when Slack answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from bot.demo.slack import ApiError, CutBefore, Delay, Garbage, Status
from tests.slack.test_letting_in import FORM, signed
from tests.support.newsroom import Item, open_newsroom, rss
from tests.support.slack import CHANNEL, MEMBER, open_slack, until
from tests.whole.test_processes import SECONDS, answers, environment, exportnews

EVENT = b'{"type":"event_callback","team_id":"T1","event_id":"E1","event":{"type":"app_mention"}}'
CHALLENGE = b'{"type":"url_verification","challenge":"prove-it"}'


class Late:
    """A process whose Slack has not said yet who the bot is, and a client of its pages."""

    def __init__(self, process: asyncio.subprocess.Process, client: httpx.AsyncClient) -> None:
        self.process = process
        self.client = client
        self.log = ""

    async def post(
        self, body: bytes, secret: str, kind: str = "application/json"
    ) -> httpx.Response:
        headers = {b"Content-Type": kind.encode()}
        headers |= {name.encode(): value for name, value in signed(body, secret).items()}
        return await self.client.post("/slack/events", content=body, headers=headers)

    async def end(self) -> int | None:
        if self.process.returncode is None:
            self.process.terminate()
        return await self.ended()

    async def ended(self) -> int | None:
        async with asyncio.timeout(SECONDS):
            _out, err = await self.process.communicate()
        self.log += err.decode()
        assert "Traceback" not in self.log
        return self.process.returncode


@asynccontextmanager
async def started(command: str, env: dict[str, str]) -> AsyncIterator[Late]:
    process = await exportnews(command, env=env)
    address = f"http://127.0.0.1:{env['PORT']}"
    async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
        late = Late(process, client)
        try:
            yield late
        finally:
            await late.end()


async def test_web_listens_while_slack_is_silent_and_slack_sends_again(tmp_path: Path) -> None:
    async with open_slack() as slack:
        slack.plan("auth.test", Delay(5 * SECONDS))
        env = environment(tmp_path, slack=slack)
        secret = slack.signing_secret
        async with started("web", env) as late:
            await answers(f"http://127.0.0.1:{env['PORT']}/healthz")
            ready = await late.client.get("/readyz")
            assert (ready.status_code, ready.json()["status"]) == (503, "not ready")
            assert "auth.test" in ready.json()["reason"]
            event = await late.post(EVENT, secret)
            assert event.status_code == 503
            assert int(event.headers["retry-after"]) > 0
            proof = await late.post(CHALLENGE, secret)
            assert (proof.status_code, proof.json()) == (200, {"challenge": "prove-it"})
            command = urlencode({"command": "/exportnews", "text": "help", "team_id": "T1"})
            told = await late.post(command.encode(), secret, FORM)
            assert told.status_code == 200
            assert "Try again in a minute" in told.json()["text"]
            assert (await late.post(EVENT, "no secret of ours")).status_code == 401
            assert (await late.client.get("/")).status_code == 200
            assert await late.end() == 0, late.log


@pytest.mark.parametrize(
    "fault", [Status(500), CutBefore(), Garbage(), ApiError("fatal_error"), Status(429, 1)]
)
async def test_web_asks_again_and_takes_up_work_when_slack_answers(
    tmp_path: Path, fault: Status | CutBefore | Garbage | ApiError
) -> None:
    async with open_slack() as slack:
        slack.plan("auth.test", fault)
        env = environment(tmp_path, slack=slack)
        async with started("web", env) as late:
            await answers(f"http://127.0.0.1:{env['PORT']}/readyz")
            slack.http_target = f"http://127.0.0.1:{env['PORT']}/slack/events"
            said = await slack.slash("subscribe entity-list", channel=CHANNEL, user=MEMBER)
            assert "Entity List" in said.messages[0]["text"]
            assert await late.end() == 0, late.log
        assert late.log.count("slack.away") == 1


@pytest.mark.parametrize("command", ["web", "run", "worker"])
@pytest.mark.parametrize("first", [(), (Status(500),)])
async def test_a_refused_token_ends_the_start_with_one_sentence(
    tmp_path: Path, command: str, first: tuple[Status, ...]
) -> None:
    async with open_slack() as slack:
        slack.plan("auth.test", *first)
        env = environment(tmp_path, slack=slack) | {"SLACK_BOT_TOKEN": "xoxb-not-a-token"}
        env |= {"EXPORTNEWS_LOG_LEVEL": "ERROR"}
        async with started(command, env) as late:
            assert await late.ended() == 2
    assert late.log.startswith("SLACK_BOT_TOKEN: Slack refuses it (invalid_auth).")
    assert len(late.log.strip().splitlines()) == 1
    assert "not-a-token" not in late.log


async def test_run_reads_its_feeds_while_slack_is_silent(tmp_path: Path) -> None:
    async with open_newsroom() as newsroom, open_slack() as slack:
        url = newsroom.serve("/f.xml", rss(Item("One", "https://wire.example/1", "g1")))
        slack.plan("auth.test", Delay(5 * SECONDS))
        async with started("run", environment(tmp_path, url, slack=slack)) as late:
            async with asyncio.timeout(SECONDS):
                while not newsroom.asked("/f.xml"):
                    await asyncio.sleep(0.1)  # another process polls
            assert await late.end() == 0, late.log


async def test_run_opens_socket_mode_when_slack_is_back(tmp_path: Path) -> None:
    async with open_slack() as slack:
        slack.plan("auth.test", CutBefore())
        slack.plan("apps.connections.open", CutBefore())
        async with started("run", environment(tmp_path, slack=slack)) as late:
            await until(slack, lambda: slack.sockets.count > 0, timeout=SECONDS)
            assert (await slack.slash("help", channel=CHANNEL, user=MEMBER)).acked
            assert await late.end() == 0, late.log
        assert late.log.count("slack.away") == 2


async def test_a_refused_app_token_ends_the_start_with_one_sentence(tmp_path: Path) -> None:
    async with open_slack() as slack:
        env = environment(tmp_path, slack=slack) | {"SLACK_APP_TOKEN": "xapp-not-a-token"}
        env |= {"EXPORTNEWS_LOG_LEVEL": "ERROR"}
        async with started("run", env) as late:
            assert await late.ended() == 2
    assert late.log.startswith("SLACK_APP_TOKEN: Slack refuses it (invalid_auth).")
    assert len(late.log.strip().splitlines()) == 1
