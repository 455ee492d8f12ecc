"""Where the tokens of installed Slack workspaces are kept: slack_sdk's stores, sealed."""

from __future__ import annotations

from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.installation_store.sqlalchemy import (
    AsyncSQLAlchemyInstallationStore,
    SQLAlchemyInstallationStore,
)
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore
from sqlalchemy import ColumnElement, Dialect, Table, Text, TypeDecorator, delete

from bot.storage.database import Database
from bot.storage.secrets import Vault

STATE_SECONDS = 600


class SealedText(TypeDecorator[str]):
    """A text that is encrypted when it is written and opened when it is read."""

    impl = Text
    cache_ok = True

    def __init__(self, vault: Vault) -> None:
        super().__init__()
        self.vault = vault

    def process_bind_param(
        self,
        value: str | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> str | None:
        """Seal. Raises SettingsError without EXPORTNEWS_SECRET_KEY."""
        return None if value is None else self.vault.seal(value).decode("ascii")

    def process_result_value(
        self,
        value: str | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> str | None:
        """Open. Raises SettingsError when no key fits."""
        return None if value is None else self.vault.open(value.encode("ascii"))


def installation_store(
    db: Database, client_id: str, vault: Vault
) -> AsyncSQLAlchemyInstallationStore:
    """Give slack_sdk's installation store over our database; its token columns are sealed."""
    store = AsyncSQLAlchemyInstallationStore(client_id, db.writing_engine)
    for table in (store.installations, store.bots):
        for column in table.columns:
            if column.name.endswith("_token"):
                column.type = SealedText(vault)
    return store


def state_store(db: Database) -> AsyncSQLAlchemyOAuthStateStore:
    """Give slack_sdk's store of OAuth states (one use each, ten minutes)."""
    return AsyncSQLAlchemyOAuthStateStore(STATE_SECONDS, db.writing_engine)


class InstalledBots:
    """The bots of installed workspaces, by the id that the workspace is known by: the
    workspace's own, or the organisation's where all of it (Enterprise Grid) installed the bot."""

    def __init__(self, db: Database, client_id: str, vault: Vault) -> None:
        self._db = db
        self.store = installation_store(db, client_id, vault)

    async def find(self, workspace: str) -> Bot | None:
        """Give the bot of the latest install, or None. Raises SettingsError without the key."""
        bots = self.store.bots
        query = (
            bots.select()
            .where(self._of(bots, workspace), bots.c.bot_token.is_not(None))
            .order_by(bots.c.installed_at.desc(), bots.c.id.desc())
            .limit(1)
        )
        async with self._db.read() as conn:
            row = (await conn.execute(query)).mappings().first()
        return None if row is None else SQLAlchemyInstallationStore.build_bot_entity(row)

    async def forget(self, workspace: str) -> None:
        """Delete what installs left."""
        async with self._db.write() as conn:
            for table in (self.store.bots, self.store.installations):
                await conn.execute(delete(table).where(self._of(table, workspace)))

    def _of(self, table: Table, workspace: str) -> ColumnElement[bool]:
        whole_organisation = table.c.team_id.is_(None) & (table.c.enterprise_id == workspace)
        mine = (table.c.team_id == workspace) | whole_organisation
        return mine & (table.c.client_id == self.store.client_id)
