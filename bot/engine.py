"""The engine as its users see it: every room's public object, put together by `bot.runtime`."""

from __future__ import annotations

from dataclasses import dataclass

from bot.clock import Clock
from bot.commands.service import Commands
from bot.feeds.poller import Poller
from bot.feeds.websub import WebSub
from bot.installations import SlackInstallations
from bot.news.model import Analysis
from bot.news.taxonomy import Taxonomy
from bot.search.search import Search
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.secrets import Vault
from bot.subscriptions.service import Subscriptions
from bot.teams.account import TeamsAccount
from bot.teams.conversations import Conversations


@dataclass(frozen=True, slots=True)
class Engine:
    """What handlers may call."""

    settings: Settings
    db: Database
    clock: Clock
    vault: Vault
    taxonomy: Taxonomy
    search: Search
    subscriptions: Subscriptions
    commands: Commands
    slack: SlackInstallations
    teams: TeamsAccount
    conversations: Conversations
    poller: Poller[Analysis]
    websub: WebSub
