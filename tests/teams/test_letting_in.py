"""Promise: only what Microsoft signed for this bot, and for its tenant, is let in."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import pytest

from tests.support.teams import OTHER_TENANT, TENANT, signing
from tests.support.teams.model import Post
from tests.teams.conftest import Office, open_office


@pytest.fixture
async def office(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Office]:
    # The SDK would heed these; the bot does not.
    monkeypatch.setenv("DANGEROUSLY_ALLOW_UNAUTHENTICATED_REQUESTS", "true")
    monkeypatch.setenv("CLOUD", "China")
    async with open_office(sqlite_url, tmp_path) as opened:
        yield opened


async def ask(office: Office, token: str, **changed: Any) -> tuple[int, list[Post]]:
    """Ask for help with a token; the status, and what was answered in the room."""
    room = office.room("group")
    room.with_bot = True
    activity = {"type": "message", "id": "1", "text": "help", **changed}
    status, _answer = await office.teams.act(room, office.mara, activity, token=token)
    return status, office.teams.posts(room)


def token(office: Office, *, key: str = "key-1", key_id: str | None = None, **changed: Any) -> str:
    claims = signing.claims(office.teams.app_id, office.teams.service_url, **changed)
    return signing.sign(claims, key=key, key_id=key_id)


async def test_a_good_token_is_let_in(office: Office) -> None:
    status, answers = await ask(office, token(office))
    assert status == 200
    assert len(answers) == 1


TENANT_LOGIN = f"https://login.microsoftonline.com/{TENANT}/v2.0"
WRONG: dict[str, Callable[[], dict[str, Any]]] = {
    "another bot's": lambda: {"aud": "00000000-0000-0000-0000-000000000000"},
    "nobody's": lambda: {"aud": None},
    "another issuer's": lambda: {"iss": "https://evil.example"},
    "of the old log-in": lambda: {"iss": f"https://sts.windows.net/{TENANT}/", "tid": TENANT},
    "of the log-in": lambda: {"iss": TENANT_LOGIN, "tid": TENANT},
    "expired": lambda: {"exp": int(time.time()) - 3_600},
    "not yet good": lambda: {"nbf": int(time.time()) + 3_600},
    "without a service address": lambda: {"serviceurl": None},
    "for another service address": lambda: {"serviceurl": "https://evil.example/"},
    "forged": lambda: {"key": "forged", "key_id": "key-1"},
    "signed by a stranger": lambda: {"key": "forged"},
}


@pytest.mark.parametrize("what", WRONG)
async def test_a_token_that_is_wrong_in_one_thing_is_refused(office: Office, what: str) -> None:
    status, answers = await ask(office, token(office, **WRONG[what]()))
    assert status == 401
    assert answers == []


@pytest.mark.parametrize("made_up", ["", "rubbish", "a.b.c"])
async def test_what_is_no_token_is_refused(office: Office, made_up: str) -> None:
    status, answers = await ask(office, made_up)
    assert (status, answers) == (401, [])


async def test_an_unsigned_token_is_refused(office: Office) -> None:
    claims = signing.claims(office.teams.app_id, office.teams.service_url)
    unsigned = jwt.encode(claims, "", algorithm="none", headers={"kid": "key-1"})
    assert await ask(office, unsigned) == (401, [])


async def test_a_service_address_that_the_token_does_not_name_is_refused(office: Office) -> None:
    for address in ("https://evil.example/", None, ""):
        status, answers = await ask(office, token(office), serviceUrl=address)
        assert (status, answers) == (401, []), address


async def test_a_new_key_is_fetched_and_unknown_keys_cannot_make_it_ask_more(
    office: Office,
) -> None:
    assert (await ask(office, token(office)))[0] == 200
    for number in range(20):
        assert (await ask(office, token(office, key="forged", key_id=f"made-up-{number}")))[
            0
        ] == 401
    assert office.teams.key_reads == 1


async def test_a_key_for_other_channels_does_not_open_this_one(office: Office) -> None:
    office.teams.published["web-key"] = ["webchat", "directline"]
    assert await ask(office, token(office, key="web-key")) == (401, [])


@pytest.mark.parametrize("channel", ["webchat", "directline", "", None, ["msteams"]])
async def test_what_comes_by_another_channel_is_refused(office: Office, channel: object) -> None:
    assert await ask(office, token(office), channelId=channel) == (403, [])


async def test_without_its_keys_the_bot_lets_nobody_in(office: Office) -> None:
    office.teams.published.clear()
    assert await ask(office, token(office)) == (401, [])


@pytest.mark.parametrize(
    "body", ["", "[]", "{", '"text"', "null", "[" * 100_000], ids=lambda body: body[:6] or "empty"
)
async def test_a_body_that_is_no_activity_is_refused(office: Office, body: str) -> None:
    headers = {"Authorization": f"Bearer {token(office)}"}
    async with (
        aiohttp.ClientSession() as http,
        http.post(office.teams.bot_url, data=body, headers=headers) as answer,
    ):
        assert answer.status == 400


async def test_a_single_tenant_bot_hears_its_own_tenant_only(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with open_office(sqlite_url, tmp_path, tenant_id=TENANT) as office:
        assert (await ask(office, token(office)))[0] == 200
        status, answers = await ask(
            office, token(office), channelData={"tenant": {"id": OTHER_TENANT}}
        )
        assert status == 403
        assert len(answers) == 1, "only the first was answered"
        assert set(office.teams.logins) == {TENANT}
