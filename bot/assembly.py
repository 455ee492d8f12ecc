"""Settings become objects: the engine, and what sends to each platform."""

from __future__ import annotations

from contextlib import AsyncExitStack

from bot.clock import Clock
from bot.commands.service import Commands
from bot.delivery.model import Sender
from bot.delivery.senders.console import ConsoleSender
from bot.delivery.senders.slack import SlackSender
from bot.delivery.senders.teams import TeamsSender
from bot.delivery.senders.webhook import WebhookSender
from bot.engine import Engine
from bot.feeds.fetcher import Fetcher
from bot.feeds.poller import Poller
from bot.feeds.websub import WebSub
from bot.ingest import NewsIngest
from bot.installations import SlackInstallations
from bot.news.analyst import Analyst
from bot.news.taxonomy import load_taxonomy
from bot.notices import OperatorNotices
from bot.search.search import Search
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.secrets import Vault
from bot.subscriptions.service import Subscriptions
from bot.teams.account import TeamsAccount
from bot.teams.conversations import Conversations


async def open_engine(
    stack: AsyncExitStack,
    settings: Settings,
    db: Database,
    clock: Clock,
    notices: OperatorNotices,
    worker: str,
) -> Engine:
    """Make the engine; `stack` closes its parts in reverse order.

    Raises a BotError when the taxonomy or a key of the settings will not do.
    """
    vault = Vault(settings.exportnews_secret_key)
    taxonomy = load_taxonomy(settings.exportnews_taxonomy)
    search = Search(db, taxonomy)
    subscriptions = Subscriptions(db, taxonomy, vault=vault)
    fetcher = await stack.enter_async_context(Fetcher.from_settings(settings, vault))
    news = NewsIngest(db, Analyst(taxonomy))
    poller = Poller(
        db, fetcher, prepare=news.prepare, ingest=news.ingest, notify=notices, worker=worker
    )
    stack.push_async_callback(poller.finish, settings.exportnews_shutdown_seconds)
    return Engine(
        settings=settings,
        db=db,
        clock=clock,
        vault=vault,
        taxonomy=taxonomy,
        search=search,
        subscriptions=subscriptions,
        commands=Commands(db, taxonomy, search, subscriptions),
        slack=await stack.enter_async_context(SlackInstallations(settings, db, vault)),
        teams=await stack.enter_async_context(TeamsAccount(settings, db)),
        conversations=Conversations(db, subscriptions),
        poller=poller,
        websub=WebSub(db, fetcher, vault, settings.exportnews_public_url),
    )


async def open_senders(stack: AsyncExitStack, engine: Engine) -> dict[str, Sender]:
    """Give what sends to each platform; `stack` closes what it holds."""
    private = engine.settings.exportnews_allow_private_network
    senders: dict[str, Sender] = {
        "slack": SlackSender(engine.slack),
        "console": ConsoleSender(),
        "webhook": await stack.enter_async_context(WebhookSender(allow_private=private)),
    }
    # Without credentials Teams' channels are left to workers that have them.
    return senders | ({"teams": TeamsSender(engine.teams)} if engine.teams.configured else {})
