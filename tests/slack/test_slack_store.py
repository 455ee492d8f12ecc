"""Promise: tokens of installed workspaces are kept encrypted, and a key can be rotated."""

from __future__ import annotations

import pytest
from pydantic import SecretStr
from slack_sdk.oauth.installation_store import Installation
from sqlalchemy import select

from bot.errors import SettingsError
from bot.slack_store import installation_store, state_store
from bot.storage.database import Database
from bot.storage.secrets import Vault
from bot.storage.tables import slack_bots, slack_installations

# As long as rotated tokens are in practice.
TOKEN = "xoxe.xoxb-1-" + "M" * 160


def installation() -> Installation:
    return Installation(
        app_id="A1", team_id="T1", user_id="U1", bot_token=TOKEN, bot_id="B1", bot_user_id="UB"
    )


async def test_a_stored_token_is_not_readable_and_comes_back(db: Database) -> None:
    vault = Vault(SecretStr("a long random text"))
    store = installation_store(db, "123.456", vault)
    await store.async_save(installation())
    async with db.read() as conn:
        kept = (await conn.execute(select(slack_bots.c.bot_token))).scalar_one()
        also = (await conn.execute(select(slack_installations.c.bot_token))).scalar_one()
    assert "xoxe" not in kept
    assert "xoxe" not in also
    found = await store.async_find_bot(enterprise_id=None, team_id="T1")
    assert found is not None
    assert found.bot_token == TOKEN


async def test_a_rotated_key_still_opens_what_the_former_one_sealed(db: Database) -> None:
    await installation_store(db, "123.456", Vault(SecretStr("former"))).async_save(installation())
    store = installation_store(db, "123.456", Vault(SecretStr("newer, former")))
    found = await store.async_find_bot(enterprise_id=None, team_id="T1")
    assert found is not None
    assert found.bot_token == TOKEN


async def test_a_lost_key_is_one_sentence_about_the_key(db: Database) -> None:
    await installation_store(db, "123.456", Vault(SecretStr("former"))).async_save(installation())
    store = installation_store(db, "123.456", Vault(SecretStr("another")))
    with pytest.raises(SettingsError, match="EXPORTNEWS_SECRET_KEY"):
        await store.async_find_bot(enterprise_id=None, team_id="T1")


async def test_an_install_state_can_be_used_once(db: Database) -> None:
    states = state_store(db)
    state = await states.async_issue()
    assert await states.async_consume(state)
    assert not await states.async_consume(state)
