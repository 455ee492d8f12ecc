"""Every setting, typed and checked at start.

Settings come from environment variables (and a `.env` file in the current folder). A wrong
value raises `SettingsError` with one line that names the variable.
"""

from __future__ import annotations

import re
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import platformdirs
from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.database_address import database_secrets, normalise_database_url
from bot.errors import SettingsError
from bot.wording import requirement


class LogFormat(StrEnum):
    """How log lines are written."""

    console = "console"
    json = "json"


class UnknownOutcome(StrEnum):
    """What to do with a message that may or may not have arrived, when nobody can tell."""

    repeat = "repeat"
    drop = "drop"


_OPERATOR = re.compile(r"[^/\s]+/[^/\s]+")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    named = (one.strip() for one in text.split(","))
    return tuple(ip_network(one, strict=False) for one in named if one)


def _blank_is_unset(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Secret = Annotated[SecretStr | None, BeforeValidator(_blank_is_unset)]
Text = Annotated[str | None, BeforeValidator(_blank_is_unset)]
Number = Annotated[int | None, BeforeValidator(_blank_is_unset)]
FilePath = Annotated[Path | None, BeforeValidator(_blank_is_unset)]


def default_database_url() -> str:
    """Give the address of the embedded SQLite file under the user's data folder."""
    return f"sqlite:///{Path(platformdirs.user_data_dir('exportnews')) / 'exportnews.sqlite3'}"


class Settings(BaseSettings):
    """The settings of one process. Field names are the variables' names in lower case."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", hide_input_in_errors=True
    )

    slack_bot_token: Secret = Field(None, description="Bot token of the Slack app (xoxb-...)")
    slack_app_token: Secret = Field(
        None, description="App-level token (xapp-...); with it `run` uses Socket Mode"
    )
    slack_signing_secret: Secret = Field(
        None, description="Checks that requests to /slack/events come from Slack"
    )
    slack_client_id: Text = Field(
        None,
        description="With the secret below: installing in many workspaces (/slack/install), and "
        "signing in to the console with Slack",
    )
    slack_client_secret: Secret = Field(None, description="Belongs to SLACK_CLIENT_ID")
    client_id: Text = Field(None, description="Teams: the app registration's client id")
    client_secret: Secret = Field(None, description="Teams: the app registration's secret")
    tenant_id: Text = Field(None, description="Teams: the tenant of a single-tenant registration")
    database_url: str = Field(
        default_factory=default_database_url,
        description="SQLite file or PostgreSQL: sqlite:///path, postgres://... or postgresql://...",
    )
    port: int = Field(3000, ge=0, le=65535, description="Port of the web process")
    exportnews_metrics_port: Number = Field(
        None,
        ge=0,
        le=65535,
        description="Port on which `worker` answers /healthz, /readyz and /metrics; `web` and "
        "`run` answer them anyway",
    )
    exportnews_catalogue: FilePath = Field(
        None, description="A catalogue file (TOML) that adds to the default, or replaces it"
    )
    exportnews_taxonomy: FilePath = Field(
        None, description="A taxonomy file (TOML) instead of the one shipped: topics of your own"
    )
    exportnews_slack_api_url: str = Field(
        "https://slack.com/api/", description="Address of Slack's Web API"
    )
    exportnews_teams_login_url: Text = Field(
        None, description="A stand-in for Microsoft's log-in and signing keys; for tests only"
    )
    exportnews_allow_private_network: bool = Field(
        False, description="1: feeds may be on private or loopback addresses"
    )
    exportnews_poll_seconds: float = Field(
        5.0, gt=0, le=3600, description="How often due work is looked for, seconds"
    )
    exportnews_log_format: LogFormat = Field(LogFormat.console, description="console or json")
    exportnews_log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    exportnews_secret_key: Secret = Field(
        None,
        description="Encrypts stored tokens; several, separated by commas, rotate: the first "
        "encrypts, all decrypt",
    )
    exportnews_admin_token: Secret = Field(
        None,
        description="Opens the console and the metrics to other machines than this one; with a "
        "public address this machine needs it too",
    )
    exportnews_operators: Text = Field(
        None,
        description="Who may sign in to the console with Slack: TEAM_ID/USER_ID, separated by "
        "commas",
    )
    exportnews_trusted_proxies: str = Field(
        "127.0.0.0/8, ::1",
        description="Proxies whose X-Forwarded-For tells who asks: addresses and networks, "
        "separated by commas",
    )
    exportnews_public_url: Text = Field(
        None, description="The web process's public address (https://...), for WebSub and install"
    )
    exportnews_contact: Text = Field(
        None, description="Address shown to publishers in the User-Agent"
    )
    exportnews_operator_channel: Text = Field(
        None,
        description="Id of the Slack or Teams channel that is told of starts and of trouble",
    )
    exportnews_sentry_dsn: Secret = Field(
        None,
        description="Where unexpected errors are reported (Sentry's protocol); needs "
        "`pip install 'exportnews[sentry]'`",
    )
    exportnews_unknown_outcome: UnknownOutcome = Field(
        UnknownOutcome.repeat,
        description="repeat (at least once) or drop (at most once), where Slack cannot be asked",
    )
    exportnews_shutdown_seconds: float = Field(
        20.0, gt=0, le=300, description="How long a stopping process may finish its work, seconds"
    )

    exportnews_slack_assistant: bool = Field(
        False, description="1: answer in Slack's assistant view (docs/commands.md says how)"
    )

    exportnews_keep_entries_days: int = Field(
        0, ge=0, description="How long entries are kept and searchable, days; 0: for ever"
    )
    exportnews_keep_deliveries_days: int = Field(
        400, ge=0, description="How long is kept what was sent or given up, days; 0: for ever"
    )
    exportnews_keep_changes_days: int = Field(
        1100, ge=0, description="How long is kept who changed which setting, days; 0: for ever"
    )
    exportnews_keep_handling_days: int = Field(
        1827,
        ge=0,
        description="How long is kept what teams did with alerts (the audit record), days; "
        "0: for ever",
    )
    exportnews_keep_paused_days: int = Field(
        30, ge=0, description="How long a paused channel's alerts are kept, days; 0: for ever"
    )
    exportnews_keep_removed_days: int = Field(
        30, ge=0, description="How long a workspace that removed the bot is kept, days; 0: for ever"
    )

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        return normalise_database_url(value or default_database_url())

    @field_validator("exportnews_slack_api_url")
    @classmethod
    def _api_url(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with https:// (or http:// for a stand-in)")
        return value.rstrip("/") + "/"

    @field_validator("exportnews_teams_login_url")
    @classmethod
    def _login_url(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value

    @field_validator("exportnews_public_url")
    @classmethod
    def _public_url(cls, value: str | None) -> str | None:
        if value is not None and not _is_web_address(value):
            raise ValueError("must be an address, as in https://bot.example.org")
        return value

    @field_validator("exportnews_operators")
    @classmethod
    def _people(cls, value: str | None) -> str | None:
        named = [one.strip() for one in (value or "").split(",")]
        if not all(_OPERATOR.fullmatch(one) for one in named if one):
            raise ValueError("must be TEAM_ID/USER_ID, as in T0HOME/U0ANNA, separated by commas")
        return value

    @field_validator("exportnews_trusted_proxies")
    @classmethod
    def _proxies(cls, value: str) -> str:
        try:
            _networks(value)
        except ValueError:
            raise ValueError(
                "must be addresses or networks, as in 10.1.0.0/16, by commas"
            ) from None
        return value

    @field_validator("client_id")
    @classmethod
    def _application_id(cls, value: str | None) -> str | None:
        if value is not None and not _GUID.fullmatch(value.strip()):
            raise ValueError("must be the application (client) id of the registration, a GUID")
        return value.strip().lower() if value else None

    @field_validator("exportnews_log_level")
    @classmethod
    def _log_level(cls, value: str) -> str:
        level = value.upper()
        if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return level

    @field_validator("slack_bot_token")
    @classmethod
    def _bot_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith(("xoxb-", "xoxe.xoxb-")):
            raise ValueError("must be a bot token, which starts with xoxb-")
        return value

    @field_validator("slack_app_token")
    @classmethod
    def _app_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith("xapp-"):
            raise ValueError("must be an app-level token, which starts with xapp-")
        return value

    @field_validator("exportnews_catalogue", "exportnews_taxonomy")
    @classmethod
    def _file_exists(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"names a file that is not there: {value}")
        return value

    @property
    def secrets(self) -> list[str]:
        """The secret values that are set, for `bot.logs` to keep out of every line."""
        found = [getattr(self, name) for name in type(self).model_fields]
        given = [one.get_secret_value() for one in found if isinstance(one, SecretStr)]
        parts = [part.strip() for one in given for part in one.split(",")]
        return [one for one in {*given, *parts, *database_secrets(self.database_url)} if one]

    @property
    def operators(self) -> frozenset[str]:
        """The people who may sign in to the console with Slack, as TEAM_ID/USER_ID."""
        named = (self.exportnews_operators or "").split(",")
        return frozenset(one.strip() for one in named if one.strip())

    @property
    def trusted_proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The proxies that are believed when they say for whom they ask."""
        return _networks(self.exportnews_trusted_proxies)

    @property
    def signs_in_with_slack(self) -> bool:
        """Whether all is set that signing in to the console with Slack needs."""
        needed = (self.slack_client_id, self.slack_client_secret, self.exportnews_public_url)
        return bool(self.operators) and all(needed)

    @property
    def uses_sqlite(self) -> bool:
        """Whether the database is an embedded SQLite file."""
        return self.database_url.startswith("sqlite")


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def load_settings(**overrides: object) -> Settings:
    """Read the settings from the environment; `overrides` (by field name) win.

    Raises SettingsError with one line that names the first wrong variable; the value itself is
    never shown, for it may be a secret.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "the settings"
        sentence = f"{name} {requirement(first['msg'])}. Correct it and start again."
        raise SettingsError(sentence) from None
