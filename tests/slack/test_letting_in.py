"""Promise: what Slack did not sign is refused unread, and what it sends twice is answered once."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from bot.clock import system_clock
from bot.serving import build_app, serve
from tests.slack.office import Office, open_office
from tests.support.bot import open_bot, settings_for, write_catalogue
from tests.support.slack import CHANNEL, MEMBER, open_slack

FORM = "application/x-www-form-urlencoded"
NOW = int(time.time())
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@pytest.fixture
async def web(sqlite_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(open_slack())
        catalogue = write_catalogue(tmp_path, "http://127.0.0.1:9/feed.xml")
        settings = settings_for(sqlite_url, catalogue, slack, slack_signing_secret=SECRET)
        bot = await stack.enter_async_context(open_bot(settings, system_clock))
        app = build_app([route for front in bot.fronts for route in front.routes])
        address = await stack.enter_async_context(
            serve(app, host="127.0.0.1", port=0, stop_seconds=1)
        )
        yield await stack.enter_async_context(httpx.AsyncClient(base_url=address, trust_env=False))


def signed(body: bytes, secret: str = SECRET) -> dict[str, bytes]:
    """Give the headers with which Slack sends a body."""
    at = str(int(time.time())).encode()
    digest = hmac.new(secret.encode(), b"v0:" + at + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}".encode()}


STRANGE = [b"x=1", b"[" * 100_000, b"payload=" + b"[" * 100_000, b"\xff\xfe\x00\x01", b""]
UNSIGNED = [
    {},
    {"X-Slack-Request-Timestamp": b"abc", "X-Slack-Signature": b"v0=1"},
    {"X-Slack-Request-Timestamp": b"9" * 5_000, "X-Slack-Signature": b"v0=1"},
    {"X-Slack-Request-Timestamp": "١٢٣".encode(), "X-Slack-Signature": b"v0=1"},
    {"X-Slack-Request-Timestamp": str(NOW).encode(), "X-Slack-Signature": b"v0=\xe9\xff"},
    {"X-Slack-Request-Timestamp": str(NOW).encode(), "X-Slack-Signature": b""},
    signed(b"x=1", secret="another"),
]


async def sent(
    web: httpx.AsyncClient, body: bytes, kind: str, headers: dict[str, bytes]
) -> tuple[int, list[tuple[str, bool]]]:
    """Post it; gives the status, and the log's lines: what happened, and whether with a trace."""
    raw = {b"Content-Type": kind.encode(), **{key.encode(): one for key, one in headers.items()}}
    with capture_logs() as lines:
        answer = await web.post("/slack/events", content=body, headers=raw)
    return answer.status_code, [(line["event"], "exc_info" in line) for line in lines]


async def test_what_slack_did_not_sign_is_refused_in_one_line(web: httpx.AsyncClient) -> None:
    for headers in UNSIGNED:
        for body in STRANGE:
            for kind in (FORM, "application/json", "text/plain"):
                told = await sent(web, body, kind, headers)
                assert told == (401, [("slack.refused", False)]), (headers, body[:9], kind)


async def test_what_is_signed_and_cannot_be_read_is_refused_in_one_line(
    web: httpx.AsyncClient,
) -> None:
    odd = (b"[" * 100_000, b"{", b"[]", b"7", b'{"type":"event_callback","event":[]}')
    forms = (b"payload=" + b"[" * 100_000, b"payload={", b"payload=[]", b"payload=7")
    for body in odd + forms:
        kind = FORM if body.startswith(b"payload") else "application/json"
        told = await sent(web, body, kind, signed(body))
        assert told == (400, [("slack.refused", False)]), body[:9]


async def test_slacks_look_at_the_certificate_is_answered(web: httpx.AsyncClient) -> None:
    answer = await web.post("/slack/events", data={"ssl_check": "1", "token": "x"})
    assert (answer.status_code, answer.text) == (200, "")


@pytest.fixture
async def office(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(sqlite_url, tmp_path) as office:
        yield office


@pytest.mark.parametrize("kind", ["app_mention", "message"])
async def test_an_event_that_slack_sends_again_is_answered_once(office: Office, kind: str) -> None:
    where = CHANNEL if kind == "app_mention" else office.slack.of("").direct(MEMBER).id
    written = await office.slack.say("Morning", channel=CHANNEL, user=MEMBER)  # to others
    event = {"type": kind, "user": MEMBER, "text": "topics", "channel": where}
    event |= {"ts": written.ts} if kind == "app_mention" else {"channel_type": "im"}
    before = len(office.slack.messages(where))

    def answers() -> list[str]:
        return [message.text for message in office.slack.messages(where)[before:]]

    async def is_answered() -> bool:
        return bool(answers())

    for retry in range(3):
        reason = "timeout" if retry else ""
        receipt = await office.slack.event(event, event_id="Ev0SAME", retry=retry, reason=reason)
        assert receipt.acked
        await office.comes(is_answered)
    (told,) = set(answers())
    for number in (1, 2):  # what is sent later is answered later

        async def is_helped(number: int = number) -> bool:
            return len([one for one in answers() if one != told]) == number

        await office.slack.event({**event, "text": "help"}, event_id=f"Ev0OTHER{number}")
        await office.comes(is_helped)
    assert answers().count(told) == 1
