"""Where the tokens of installed Slack workspaces are kept: slack_sdk's stores, sealed."""

from __future__ import annotations

from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore
from sqlalchemy import Dialect, Text, TypeDecorator

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
