"""Every table. Nothing outside `bot/storage` defines one.

Times are aware UTC. `entry.position` orders entries by publication time and never repeats; the
full-text indexes use it as their row id, so that "newest first" is the index's own order.
"""

from __future__ import annotations

from datetime import UTC, datetime

from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from sqlalchemy import (
    DDL,
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC, on both databases (SQLite itself keeps no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; give SQLite the same instant without its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time must be aware (UTC)")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> datetime | None:
        """Give back an aware UTC time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")
Id = BigInteger().with_variant(Integer(), "sqlite")


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def _link(table: str, *, nullable: bool = False, name: str | None = None) -> Column[int]:
    return Column(
        name or f"{table}_id",
        Id,
        ForeignKey(f"{table}.id", ondelete="CASCADE"),
        nullable=nullable,
    )


# What is read ------------------------------------------------------------------------------

publication = Table(
    "publication",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    Column("url", Text),
)

feed = Table(
    "feed",
    metadata,
    _id(),
    _link("publication"),
    Column("url", Text, nullable=False, unique=True),
    Column("kind", String(32), nullable=False, default="feed"),
    Column("title", Text),
    Column("show", String(16), nullable=False, default="headline"),
    Column("origin", String(16), nullable=False, default="operator"),
    Column("every_seconds", Integer, nullable=False, default=600),
    Column("options", Json, nullable=False, default=dict),
    Column("credentials", LargeBinary),
    Column("state", String(16), nullable=False, default="active"),
    Column("state_reason", Text),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", String(64)),
    Column("id_rule", String(16)),
    Column("redirect_url", Text),
    Column("redirect_polls", Integer, nullable=False, default=0),
    Column("hub_url", Text),
    Column("hub_topic", Text),
    Column("hub_secret", LargeBinary),
    Column("hub_asked_at", UtcDateTime),
    Column("hub_lease_until", UtcDateTime),
    Column("baseline_at", UtcDateTime),
    Column("next_poll_at", UtcDateTime, nullable=False),
    Column("last_poll_at", UtcDateTime),
    Column("last_success_at", UtcDateTime),
    Column("last_change_at", UtcDateTime),
    Column("newest_entry_at", UtcDateTime),
    Column("rhythm", Json, nullable=False, default=dict),
    Column("last_error", Text),
    Column("failing_since", UtcDateTime),
    Column("failures", Integer, nullable=False, default=0),
    Column("reported", String(32)),
    Column("lease_by", String(64)),
    Column("lease_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_feed_due", "state", "next_poll_at"),
)

story = Table(
    "story",
    metadata,
    _id(),
    Column("title", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False, index=True),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("follows_id", Id, ForeignKey("story.id", ondelete="SET NULL"), index=True),
    Column("perhaps", Float),
)
"""`perhaps`: how likely it is (0 to 1) that it is the very story that it follows (`follows_id`), of
which it was told apart because that was not sure; none where it follows by a reference."""

entry = Table(
    "entry",
    metadata,
    _id(),
    Column("position", BigInteger, nullable=False, unique=True),
    _link("publication"),
    Column("feed_id", Id, ForeignKey("feed.id", ondelete="SET NULL"), index=True),
    _link("story", nullable=True),
    Column("sure", Float),
    Column("external_id", Text),
    Column("guid", Text),
    Column("link", Text),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False, default=""),
    Column("content", Text, nullable=False, default=""),
    Column("authors", Json, nullable=False, default=list),
    Column("categories", Json, nullable=False, default=list),
    Column("show", String(16), nullable=False, default="headline"),
    Column("published_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime),
    Column("first_seen_at", UtcDateTime, nullable=False, index=True),
    Column("text_hash", String(64), nullable=False),
    Column("history", Boolean, nullable=False, default=False),
    Column("roundup", Boolean, nullable=False, default=False),
    Column("retracted_at", UtcDateTime),
    Column("article_number", String(16), index=True),
    Column("document_number", String(32), index=True),
    Column("facts", Json, nullable=False, default=dict),
    Index("ix_entry_published_at", "published_at"),
    Index("ix_entry_story_id", "story_id"),
    Index("ix_entry_publication_id_external_id", "publication_id", "external_id"),
)
"""`sure`: how sure it is that it tells its story (0 to 1; 1 by a number, an address or the
wording); none for the entry that opened the story."""

entry_key = Table(
    "entry_key",
    metadata,
    Column("scope", String(32), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("key", String(80), primary_key=True),
    Column("entry_id", Id, ForeignKey("entry.id", ondelete="SET NULL")),
    Index("ix_entry_key_entry_id", "entry_id"),
)
"""By what an entry is known: one row a key. `scope` is `p:ID` (publication) or `f:ID` (feed);
long keys are kept as their hash. Keys are kept for ever: of an entry that was pruned they stay
without it, so that it is no news when its feed lists it again."""

entry_topic = Table(
    "entry_topic",
    metadata,
    Column("entry_id", Id, ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True),
    Column("topic", String(64), primary_key=True),
    Column("score", Float, nullable=False),
    Column("main", Boolean, nullable=False, default=True),
    Column("evidence", Json, nullable=False, default=list),
    Index("ix_entry_topic_topic", "topic", "entry_id"),
)

citation = Table(
    "citation",
    metadata,
    _id(),
    _link("entry"),
    Column("kind", String(32), nullable=False),
    Column("value", String(128), nullable=False),
    Column("text", Text, nullable=False),
    Column("field", String(16), nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("url", Text),
    Index("ix_citation_value", "kind", "value", "entry_id"),
    Index("ix_citation_entry_id", "entry_id"),
)

entry_company = Table(
    "entry_company",
    metadata,
    _id(),
    _link("entry"),
    Column("name", Text, nullable=False),
    Column("key", String(160), nullable=False),
    Column("country", Text),
    Column("aliases", Json, nullable=False, default=list),
    Index("ix_entry_company_key", "key", "entry_id"),
    Index("ix_entry_company_entry_id", "entry_id"),
)

entry_date = Table(
    "entry_date",
    metadata,
    _id(),
    _link("entry"),
    Column("kind", String(16), nullable=False),
    Column("on", Date, nullable=False),
    Column("text", Text),
    Index("ix_entry_date_entry_id", "entry_id"),
    Index("ix_entry_date_on", "on"),
)

story_key = Table(
    "story_key",
    metadata,
    Column("key", String(100), primary_key=True),
    Column("at", UtcDateTime, primary_key=True),
    Column("entry_id", Id, ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_story_key_entry_id", "entry_id"),
    sqlite_with_rowid=False,
)
"""By what entries of one story find each other: document numbers, addresses, telling words. `at`
is the entry's time, so that a range of days is a range of the primary key."""

# Who wants it ------------------------------------------------------------------------------

workspace = Table(
    "workspace",
    metadata,
    _id(),
    Column("platform", String(16), nullable=False),
    Column("external_id", String(128), nullable=False),
    Column("name", Text, nullable=False, default=""),
    Column("settings", Json, nullable=False, default=dict),
    Column("installed_at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
    Column("installed_by", String(128)),
    UniqueConstraint("platform", "external_id"),
)

channel = Table(
    "channel",
    metadata,
    _id(),
    _link("workspace"),
    Column("external_id", String(256), nullable=False),
    Column("name", Text, nullable=False, default=""),
    Column("kind", String(16), nullable=False, default="channel"),
    Column("address", LargeBinary),
    Column("conversation", Json),
    Column("timezone", String(64), nullable=False, default="UTC"),
    Column("digest_at", String(5), nullable=False, default="08:00"),
    Column("digest_weekday", Integer, nullable=False, default=0),
    Column("next_digest_at", UtcDateTime, index=True),
    Column("quiet_from", String(5)),
    Column("quiet_to", String(5)),
    Column("urgent_topics", Json, nullable=False, default=list),
    Column("min_score", Float, nullable=False, default=0.5),
    Column("wants_updates", Boolean, nullable=False, default=False),
    Column("owner", String(128)),
    Column("paused_at", UtcDateTime),
    Column("paused_reason", Text),
    Column("next_send_at", UtcDateTime),
    Column("lease_by", String(64)),
    Column("lease_until", UtcDateTime),
    Column("recall_from", UtcDateTime),
    Column("recall_before", String(64)),
    Column("recalled_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("workspace_id", "external_id"),
)
"""`recall_from`: the database was put back from a copy of that time, and what the channel was told
since must be asked before anything is sent; `recall_before`: how far back that was done already,
as the platform's id of a message; `recalled_at`: when all of it was known (`recalled`)."""

subscription = Table(
    "subscription",
    metadata,
    _id(),
    _link("channel"),
    Column("kind", String(16), nullable=False),
    Column("target", String(128), nullable=False),
    Column("mode", String(16), nullable=False, default="instant"),
    Column("min_score", Float),
    Column("created_by", String(128)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("muted_until", UtcDateTime),
    UniqueConstraint("channel_id", "kind", "target"),
    Index("ix_subscription_target", "kind", "target", "channel_id"),
)
"""`kind` is `topic` (target: the topic), `watch` (target: the watch's id) or `search` (target:
the saved search's id)."""

watch = Table(
    "watch",
    metadata,
    _id(),
    _link("channel"),
    Column("term", Text, nullable=False),
    Column("key", String(160), nullable=False),
    Column("aliases", Json, nullable=False, default=list),
    Column("created_by", String(128)),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("channel_id", "key"),
    sqlite_autoincrement=True,  # what was found by one stays stored: its id is no other's
)

saved_search = Table(
    "saved_search",
    metadata,
    _id(),
    _link("channel"),
    Column("query", Text, nullable=False),
    Column("key", String(160), nullable=False),
    Column("created_by", String(128)),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("channel_id", "key"),
    sqlite_autoincrement=True,  # what was found by one stays stored: its id is no other's
)

entry_watch = Table(
    "entry_watch",
    metadata,
    Column("entry_id", Id, ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("target", String(128), primary_key=True),
    Column("evidence", Json, nullable=False, default=list),
)
"""Which watches and saved searches (`kind`, `target` as in `subscription`) an entry matched."""

# What is owed ------------------------------------------------------------------------------

_OWED = "state IN ('pending', 'failed', 'sending')"

delivery = Table(
    "delivery",
    metadata,
    _id(),
    _link("channel"),
    Column("workspace_id", Id, nullable=False),
    Column("story_id", Id, ForeignKey("story.id", ondelete="CASCADE")),
    Column("entry_id", Id, ForeignKey("entry.id", ondelete="CASCADE")),
    Column("kind", String(16), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("reasons", Text, nullable=False, default=""),
    Column("payload", Json),
    Column("state", String(16), nullable=False, default="pending"),
    Column("position", BigInteger, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("held_until", UtcDateTime),
    Column("attempts", Integer, nullable=False, default=0),
    Column("unknown", Boolean, nullable=False, default=False),
    Column("tried_at", UtcDateTime),
    Column("last_error", Text),
    Column("external_id", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    UniqueConstraint("channel_id", "kind", "subject"),
    Index(
        "ix_delivery_due",
        "workspace_id",
        "due_at",
        "channel_id",
        sqlite_where=text(_OWED),
        postgresql_where=text(_OWED),
    ),
    Index(
        "ix_delivery_dead",
        "id",
        sqlite_where=text("state = 'dead'"),
        postgresql_where=text("state = 'dead'"),
    ),
    Index("ix_delivery_channel", "channel_id", "state", "position"),
    Index("ix_delivery_story_id", "story_id"),
    Index("ix_delivery_entry_id", "entry_id"),
    Index(
        "ix_delivery_held",
        "held_until",
        sqlite_where=text("held_until IS NOT NULL"),
        postgresql_where=text("held_until IS NOT NULL"),
    ),
    sqlite_autoincrement=True,  # an id stands in messages' metadata, so it is never used again
)
"""One message owed to one channel. `workspace_id` is the channel's, repeated here so that one
index holds each workspace's due work apart; it refers to nothing, for the channel goes first.
`subject` says of what: `story:ID` for an alert, so that a
channel gets one alert a story; `entry:ID` for a follow-up, `digest:PERIOD` for a digest.
`reasons` says why: `kind:target` of the subscriptions that asked for it, sorted, joined by commas
(`topic:entity-list,watch:12`); one story is rendered once for each set of reasons.
States: pending, sending, sent, failed (will be tried again), dead. `held_until`: quiet hours keep
it back; at that moment it goes out, together with what else was held."""

collected = Table(
    "collected",
    metadata,
    Column("channel_id", Id, ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True),
    Column("story_id", Id, ForeignKey("story.id", ondelete="CASCADE"), primary_key=True),
    Column("entry_id", Id, ForeignKey("entry.id", ondelete="CASCADE"), nullable=False),
    Column("mode", String(16), nullable=False),
    Column("reasons", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("delivery_id", Id, ForeignKey("delivery.id", ondelete="SET NULL")),
    Column("told_at", UtcDateTime),
    Column("at", UtcDateTime, nullable=False),
    Index(
        "ix_collected_waiting",
        "channel_id",
        sqlite_where=text("told_at IS NULL"),
        postgresql_where=text("told_at IS NULL"),
    ),
    Index("ix_collected_delivery", "delivery_id"),
    Index("ix_collected_entry_id", "entry_id"),
    Index("ix_collected_story_id", "story_id"),
)
"""Stories that a channel is told of inside a summary rather than by an alert of their own.
`mode` `daily` or `weekly`: for the channel's next digest; `instant`: several alerts put into one
message (after quiet hours, a pause or an outage). `told_at`: when they were put into
`delivery_id`, which may have been pruned since; none while they wait for their digest."""

recalled = Table(
    "recalled",
    metadata,
    Column("channel_id", Id, ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True),
    Column("mark", String(80), primary_key=True),
    Column("external_id", Text),
    Column("at", UtcDateTime, nullable=False, index=True),
)
"""What a channel was told after the copy was made from which the database was put back, by the
marks of `bot.delivery.marks`. `external_id`: the message, where it told of nothing else."""

rate_limit = Table(
    "rate_limit",
    metadata,
    Column("workspace_id", Id, ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True),
    Column("method", String(64), primary_key=True),
    Column("until", UtcDateTime, nullable=False),
)

# What people did ---------------------------------------------------------------------------

change = Table(
    "change",
    metadata,
    _id(),
    _link("workspace"),
    Column("channel_id", Id, ForeignKey("channel.id", ondelete="SET NULL")),
    Column("actor", String(128), nullable=False),
    Column("action", String(64), nullable=False),
    Column("before", Json),
    Column("after", Json),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_change_at", "workspace_id", "at"),
    Index("ix_change_channel_id", "channel_id"),
)

feedback = Table(
    "feedback",
    metadata,
    _id(),
    _link("entry"),
    Column("channel_id", Id, ForeignKey("channel.id", ondelete="CASCADE")),
    Column("actor", String(128), nullable=False),
    Column("verdict", String(32), nullable=False),
    Column("topic", String(64), nullable=False, default=""),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("entry_id", "channel_id", "actor", "verdict", "topic"),
    Index("ix_feedback_channel_id", "channel_id"),
)

handling = Table(
    "handling",
    metadata,
    _id(),
    _link("workspace"),
    Column("channel_id", Id, nullable=False),
    Column("channel", String(256), nullable=False),
    Column("channel_name", Text, nullable=False, default=""),
    Column("story_id", Id, nullable=False),
    Column("entry_id", Id, nullable=False),
    Column("step", String(16), nullable=False),
    Column("assignee", String(128), nullable=False, default=""),
    Column("assignee_name", Text, nullable=False, default=""),
    Column("due_on", Date),
    Column("reason", Text, nullable=False, default=""),
    Column("actor", String(128), nullable=False),
    Column("actor_name", Text, nullable=False, default=""),
    Column("title", Text, nullable=False),
    Column("link", Text, nullable=False, default=""),
    Column("publication", Text, nullable=False),
    Column("text_hash", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_handling_story", "channel_id", "story_id"),
    Index("ix_handling_workspace_id", "workspace_id", "id"),
    Index("ix_handling_at", "at"),
)
"""What teams did with alerts, step by step: the audit record. Rows are only added (a trigger of
the database refuses to change one); they say by themselves on which text, so they outlive the
entry, the story and the channel, which they name without a foreign key."""

for _engine, _statement in (
    (
        "sqlite",
        """CREATE TRIGGER handling_is_kept BEFORE UPDATE ON handling BEGIN
        SELECT RAISE(ABORT, 'a record of handling is never changed'); END""",
    ),
    (
        "postgresql",
        """CREATE FUNCTION handling_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'a record of handling is never changed'; END $$""",
    ),
    (
        "postgresql",
        """CREATE TRIGGER handling_is_kept BEFORE UPDATE ON handling
        FOR EACH ROW EXECUTE FUNCTION handling_is_kept()""",
    ),
):
    _ddl = DDL(_statement)  # type: ignore[no-untyped-call]
    event.listen(handling, "after_create", _ddl.execute_if(dialect=_engine))

saved_entry = Table(
    "saved_entry",
    metadata,
    Column("workspace_id", Id, ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True),
    Column("actor", String(128), primary_key=True),
    Column("entry_id", Id, ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_saved_entry_entry_id", "entry_id"),
)

notice = Table(
    "notice",
    metadata,
    _id(),
    Column("key", String(160), nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("told_at", UtcDateTime),
)
"""What operators are told, once each."""

# Who installed it (OAuth) ------------------------------------------------------------------

slack_installations = SQLAlchemyInstallationStore.build_installations_table(
    metadata, "slack_installations"
)
slack_bots = SQLAlchemyInstallationStore.build_bots_table(metadata, "slack_bots")
slack_oauth_states = SQLAlchemyOAuthStateStore.build_oauth_states_table(
    metadata, "slack_oauth_states"
)
"""The tables of slack_sdk's own stores; their tokens are sealed (`bot.slack_store`)."""

for _table in (slack_installations, slack_bots):
    for _column in _table.columns:
        if _column.name.endswith("_token"):
            _column.type = Text()  # a sealed token is longer than a plain one
