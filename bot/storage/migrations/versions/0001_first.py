"""The first schema.

Written out, not made from `tables.metadata`, which goes on changing: a database made by this step
is the same whenever it is made. `tests/storage/test_migrations.py` holds the sum of the steps and
the metadata equal.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)

_FULLTEXT_SQLITE = (
    """CREATE TABLE entry_text (
        position INTEGER PRIMARY KEY REFERENCES entry(position) ON DELETE CASCADE,
        title TEXT NOT NULL, body TEXT NOT NULL, tags TEXT NOT NULL)""",
    # The ASCII tokenizer parts at spaces only, as tokens hold no other ASCII characters.
    """CREATE VIRTUAL TABLE entry_fts USING fts5(
        title, body, tags, content='entry_text', content_rowid='position',
        tokenize="ascii tokenchars '#=_-'")""",
    # No trigger adds rows, for FTS5 would write a segment for each: `storage.fulltext` does.
    """CREATE TRIGGER entry_text_gone AFTER DELETE ON entry_text BEGIN
        INSERT INTO entry_fts(entry_fts, rowid, title, body, tags)
        VALUES ('delete', old.position, old.title, old.body, old.tags); END""",
    "CREATE TABLE search_form (form TEXT PRIMARY KEY, stem TEXT NOT NULL) WITHOUT ROWID",
    "CREATE INDEX ix_search_form_stem ON search_form(stem, form)",
)
_FULLTEXT_POSTGRESQL = (
    # Rows stay in the table's own pages: a walk over the newest must not fetch each from TOAST.
    """CREATE TABLE entry_text (
        position BIGINT PRIMARY KEY REFERENCES entry(position) ON DELETE CASCADE,
        title TEXT NOT NULL, body TEXT NOT NULL, tags TEXT NOT NULL, vector TSVECTOR NOT NULL)
        WITH (toast_tuple_target = 8160)""",
    "ALTER TABLE entry_text ALTER COLUMN vector SET STATISTICS 1000",
    # Every search reads through what is pending, so that there must not be much of it.
    """CREATE INDEX ix_entry_text_vector ON entry_text USING GIN (vector)
        WITH (gin_pending_list_limit = 512)""",
    """CREATE TABLE search_form (form TEXT COLLATE "C" PRIMARY KEY,
        stem TEXT COLLATE "C" NOT NULL)""",
    "CREATE INDEX ix_search_form_stem ON search_form(stem, form)",
)
_KEPT_SQLITE = (
    """CREATE TRIGGER handling_is_kept BEFORE UPDATE ON handling BEGIN
        SELECT RAISE(ABORT, 'a record of handling is never changed'); END""",
)
_KEPT_POSTGRESQL = (
    """CREATE FUNCTION handling_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'a record of handling is never changed'; END $$""",
    """CREATE TRIGGER handling_is_kept BEFORE UPDATE ON handling
        FOR EACH ROW EXECUTE FUNCTION handling_is_kept()""",
)
_TABLES = (
    "slack_bots",
    "slack_installations",
    "slack_oauth_states",
    "publication",
    "feed",
    "story",
    "entry",
    "entry_key",
    "story_key",
    "citation",
    "entry_company",
    "entry_date",
    "entry_topic",
    "workspace",
    "channel",
    "change",
    "saved_search",
    "subscription",
    "watch",
    "entry_watch",
    "feedback",
    "handling",
    "saved_entry",
    "notice",
    "recalled",
    "rate_limit",
    "delivery",
    "collected",
    "entry_text",
    "search_form",
)
"""In the order they are made: what is referred to comes first."""


def upgrade() -> None:
    """Make every table."""
    _make_slack_installations()
    _make_feeds()
    _make_stories()
    _make_entries()
    _make_what_entries_say()
    _make_workspaces()
    _make_subscriptions()
    _make_what_people_did()
    _make_deliveries()
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in (
        *(_FULLTEXT_POSTGRESQL if postgresql else _FULLTEXT_SQLITE),
        *(_KEPT_POSTGRESQL if postgresql else _KEPT_SQLITE),
    ):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    """Drop every table; the index's triggers and the tables' indexes go with them."""
    if op.get_bind().dialect.name != "postgresql":
        op.drop_table("entry_fts")
    for table in reversed(_TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql("DROP FUNCTION handling_is_kept")


def _make_slack_installations() -> None:
    op.create_table(
        "slack_bots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(32), nullable=False),
        sa.Column("app_id", sa.String(32), nullable=False),
        sa.Column("enterprise_id", sa.String(32)),
        sa.Column("enterprise_name", sa.String(200)),
        sa.Column("team_id", sa.String(32)),
        sa.Column("team_name", sa.String(200)),
        sa.Column("bot_token", sa.Text()),
        sa.Column("bot_id", sa.String(32)),
        sa.Column("bot_user_id", sa.String(32)),
        sa.Column("bot_scopes", sa.String(1000)),
        sa.Column("bot_refresh_token", sa.Text()),
        sa.Column("bot_token_expires_at", sa.DateTime()),
        sa.Column("is_enterprise_install", sa.Boolean(), nullable=False),
        sa.Column("installed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_slack_bots"),
    )
    op.create_index(
        "slack_bots_idx", "slack_bots", ["client_id", "enterprise_id", "team_id", "installed_at"]
    )
    op.create_table(
        "slack_installations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(32), nullable=False),
        sa.Column("app_id", sa.String(32), nullable=False),
        sa.Column("enterprise_id", sa.String(32)),
        sa.Column("enterprise_name", sa.String(200)),
        sa.Column("enterprise_url", sa.String(200)),
        sa.Column("team_id", sa.String(32)),
        sa.Column("team_name", sa.String(200)),
        sa.Column("bot_token", sa.Text()),
        sa.Column("bot_id", sa.String(32)),
        sa.Column("bot_user_id", sa.String(32)),
        sa.Column("bot_scopes", sa.String(1000)),
        sa.Column("bot_refresh_token", sa.Text()),
        sa.Column("bot_token_expires_at", sa.DateTime()),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("user_token", sa.Text()),
        sa.Column("user_scopes", sa.String(1000)),
        sa.Column("user_refresh_token", sa.Text()),
        sa.Column("user_token_expires_at", sa.DateTime()),
        sa.Column("incoming_webhook_url", sa.String(200)),
        sa.Column("incoming_webhook_channel", sa.String(200)),
        sa.Column("incoming_webhook_channel_id", sa.String(200)),
        sa.Column("incoming_webhook_configuration_url", sa.String(200)),
        sa.Column("is_enterprise_install", sa.Boolean(), nullable=False),
        sa.Column("token_type", sa.String(32)),
        sa.Column("installed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_slack_installations"),
    )
    op.create_index(
        "slack_installations_idx",
        "slack_installations",
        ["client_id", "enterprise_id", "team_id", "user_id", "installed_at"],
    )
    op.create_table(
        "slack_oauth_states",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(200), nullable=False),
        sa.Column("expire_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_slack_oauth_states"),
    )


def _make_feeds() -> None:
    op.create_table(
        "publication",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_publication"),
        sa.UniqueConstraint("name", name="uq_publication_name"),
    )
    op.create_table(
        "feed",
        sa.Column("id", ID, nullable=False),
        sa.Column("publication_id", ID, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("show", sa.String(16), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("every_seconds", sa.Integer(), nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.Column("credentials", sa.LargeBinary()),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("state_reason", sa.Text()),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("body_hash", sa.String(64)),
        sa.Column("id_rule", sa.String(16)),
        sa.Column("redirect_url", sa.Text()),
        sa.Column("redirect_polls", sa.Integer(), nullable=False),
        sa.Column("hub_url", sa.Text()),
        sa.Column("hub_topic", sa.Text()),
        sa.Column("hub_secret", sa.LargeBinary()),
        sa.Column("hub_asked_at", TIME),
        sa.Column("hub_lease_until", TIME),
        sa.Column("baseline_at", TIME),
        sa.Column("next_poll_at", TIME, nullable=False),
        sa.Column("last_poll_at", TIME),
        sa.Column("last_success_at", TIME),
        sa.Column("last_change_at", TIME),
        sa.Column("newest_entry_at", TIME),
        sa.Column("rhythm", JSON, nullable=False),
        sa.Column("last_error", sa.Text()),
        sa.Column("failing_since", TIME),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("reported", sa.String(32)),
        sa.Column("lease_by", sa.String(64)),
        sa.Column("lease_until", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], "fk_feed_publication_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_feed"),
        sa.UniqueConstraint("url", name="uq_feed_url"),
    )
    op.create_index("ix_feed_due", "feed", ["state", "next_poll_at"])


def _make_stories() -> None:
    op.create_table(
        "story",
        sa.Column("id", ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("follows_id", ID),
        sa.Column("perhaps", sa.Float()),
        sa.ForeignKeyConstraint(
            ["follows_id"], ["story.id"], "fk_story_follows_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_story"),
    )
    op.create_index("ix_story_follows_id", "story", ["follows_id"])
    op.create_index("ix_story_started_at", "story", ["started_at"])


def _make_entries() -> None:
    op.create_table(
        "entry",
        sa.Column("id", ID, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("publication_id", ID, nullable=False),
        sa.Column("feed_id", ID),
        sa.Column("story_id", ID),
        sa.Column("sure", sa.Float()),
        sa.Column("external_id", sa.Text()),
        sa.Column("guid", sa.Text()),
        sa.Column("link", sa.Text()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("authors", JSON, nullable=False),
        sa.Column("categories", JSON, nullable=False),
        sa.Column("show", sa.String(16), nullable=False),
        sa.Column("published_at", TIME, nullable=False),
        sa.Column("updated_at", TIME),
        sa.Column("first_seen_at", TIME, nullable=False),
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("history", sa.Boolean(), nullable=False),
        sa.Column("roundup", sa.Boolean(), nullable=False),
        sa.Column("retracted_at", TIME),
        sa.Column("article_number", sa.String(16)),
        sa.Column("document_number", sa.String(32)),
        sa.Column("facts", JSON, nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], "fk_entry_feed_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], "fk_entry_publication_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["story_id"], ["story.id"], "fk_entry_story_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
        sa.UniqueConstraint("position", name="uq_entry_position"),
    )
    op.create_index("ix_entry_article_number", "entry", ["article_number"])
    op.create_index("ix_entry_document_number", "entry", ["document_number"])
    op.create_index("ix_entry_feed_id", "entry", ["feed_id"])
    op.create_index("ix_entry_first_seen_at", "entry", ["first_seen_at"])
    op.create_index(
        "ix_entry_publication_id_external_id", "entry", ["publication_id", "external_id"]
    )
    op.create_index("ix_entry_published_at", "entry", ["published_at"])
    op.create_index("ix_entry_story_id", "entry", ["story_id"])
    op.create_table(
        "entry_key",
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("entry_id", ID),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], "fk_entry_key_entry_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("scope", "kind", "key", name="pk_entry_key"),
    )
    op.create_index("ix_entry_key_entry_id", "entry_key", ["entry_id"])
    op.create_table(
        "story_key",
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("entry_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], "fk_story_key_entry_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "at", "entry_id", name="pk_story_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_story_key_entry_id", "story_key", ["entry_id"])


def _make_what_entries_say() -> None:
    op.create_table(
        "citation",
        sa.Column("id", ID, nullable=False),
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("value", sa.String(128), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("field", sa.String(16), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], "fk_citation_entry_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_citation"),
    )
    op.create_index("ix_citation_entry_id", "citation", ["entry_id"])
    op.create_index("ix_citation_value", "citation", ["kind", "value", "entry_id"])
    op.create_table(
        "entry_company",
        sa.Column("id", ID, nullable=False),
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("country", sa.Text()),
        sa.Column("aliases", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], "fk_entry_company_entry_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_entry_company"),
    )
    op.create_index("ix_entry_company_entry_id", "entry_company", ["entry_id"])
    op.create_index("ix_entry_company_key", "entry_company", ["key", "entry_id"])
    op.create_table(
        "entry_date",
        sa.Column("id", ID, nullable=False),
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], "fk_entry_date_entry_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_entry_date"),
    )
    op.create_index("ix_entry_date_entry_id", "entry_date", ["entry_id"])
    op.create_index("ix_entry_date_on", "entry_date", ["on"])
    op.create_table(
        "entry_topic",
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("main", sa.Boolean(), nullable=False),
        sa.Column("evidence", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], "fk_entry_topic_entry_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry_id", "topic", name="pk_entry_topic"),
    )
    op.create_index("ix_entry_topic_topic", "entry_topic", ["topic", "entry_id"])


def _make_workspaces() -> None:
    op.create_table(
        "workspace",
        sa.Column("id", ID, nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("external_id", sa.String(128), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("settings", JSON, nullable=False),
        sa.Column("installed_at", TIME, nullable=False),
        sa.Column("removed_at", TIME),
        sa.Column("installed_by", sa.String(128)),
        sa.PrimaryKeyConstraint("id", name="pk_workspace"),
        sa.UniqueConstraint("platform", "external_id", name="uq_workspace_platform_external_id"),
    )
    op.create_table(
        "channel",
        sa.Column("id", ID, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("external_id", sa.String(256), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("address", sa.LargeBinary()),
        sa.Column("conversation", JSON),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("digest_at", sa.String(5), nullable=False),
        sa.Column("digest_weekday", sa.Integer(), nullable=False),
        sa.Column("next_digest_at", TIME),
        sa.Column("quiet_from", sa.String(5)),
        sa.Column("quiet_to", sa.String(5)),
        sa.Column("urgent_topics", JSON, nullable=False),
        sa.Column("min_score", sa.Float(), nullable=False),
        sa.Column("wants_updates", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.String(128)),
        sa.Column("paused_at", TIME),
        sa.Column("paused_reason", sa.Text()),
        sa.Column("next_send_at", TIME),
        sa.Column("lease_by", sa.String(64)),
        sa.Column("lease_until", TIME),
        sa.Column("recall_from", TIME),
        sa.Column("recall_before", sa.String(64)),
        sa.Column("recalled_at", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], "fk_channel_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_channel"),
        sa.UniqueConstraint(
            "workspace_id", "external_id", name="uq_channel_workspace_id_external_id"
        ),
    )
    op.create_index("ix_channel_next_digest_at", "channel", ["next_digest_at"])
    op.create_table(
        "change",
        sa.Column("id", ID, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("channel_id", ID),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("before", JSON),
        sa.Column("after", JSON),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], "fk_change_channel_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], "fk_change_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_change"),
    )
    op.create_index("ix_change_at", "change", ["workspace_id", "at"])
    op.create_index("ix_change_channel_id", "change", ["channel_id"])


def _make_subscriptions() -> None:
    op.create_table(
        "saved_search",
        sa.Column("id", ID, nullable=False),
        sa.Column("channel_id", ID, nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("created_by", sa.String(128)),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], "fk_saved_search_channel_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_saved_search"),
        sa.UniqueConstraint("channel_id", "key", name="uq_saved_search_channel_id_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "subscription",
        sa.Column("id", ID, nullable=False),
        sa.Column("channel_id", ID, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("target", sa.String(128), nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("min_score", sa.Float()),
        sa.Column("created_by", sa.String(128)),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("muted_until", TIME),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], "fk_subscription_channel_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_subscription"),
        sa.UniqueConstraint(
            "channel_id", "kind", "target", name="uq_subscription_channel_id_kind_target"
        ),
    )
    op.create_index("ix_subscription_target", "subscription", ["kind", "target", "channel_id"])
    op.create_table(
        "watch",
        sa.Column("id", ID, nullable=False),
        sa.Column("channel_id", ID, nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("aliases", JSON, nullable=False),
        sa.Column("created_by", sa.String(128)),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], "fk_watch_channel_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_watch"),
        sa.UniqueConstraint("channel_id", "key", name="uq_watch_channel_id_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "entry_watch",
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("target", sa.String(128), nullable=False),
        sa.Column("evidence", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], "fk_entry_watch_entry_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry_id", "kind", "target", name="pk_entry_watch"),
    )


def _make_what_people_did() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", ID, nullable=False),
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("channel_id", ID),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], "fk_feedback_channel_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], "fk_feedback_entry_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
        sa.UniqueConstraint(
            "entry_id",
            "channel_id",
            "actor",
            "verdict",
            "topic",
            name="uq_feedback_entry_id_channel_id_actor_verdict_topic",
        ),
    )
    op.create_index("ix_feedback_channel_id", "feedback", ["channel_id"])
    op.create_table(
        "handling",
        sa.Column("id", ID, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("channel_id", ID, nullable=False),
        sa.Column("channel", sa.String(256), nullable=False),
        sa.Column("channel_name", sa.Text(), nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("assignee", sa.String(128), nullable=False),
        sa.Column("assignee_name", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("publication", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], "fk_handling_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_handling"),
    )
    op.create_index("ix_handling_story", "handling", ["channel_id", "story_id"])
    op.create_index("ix_handling_workspace_id", "handling", ["workspace_id", "id"])
    op.create_index("ix_handling_at", "handling", ["at"])
    op.create_table(
        "saved_entry",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], "fk_saved_entry_entry_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], "fk_saved_entry_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "actor", "entry_id", name="pk_saved_entry"),
    )
    op.create_index("ix_saved_entry_entry_id", "saved_entry", ["entry_id"])


def _make_deliveries() -> None:
    op.create_table(
        "notice",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("told_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("key", name="uq_notice_key"),
    )
    op.create_table(
        "recalled",
        sa.Column("channel_id", ID, nullable=False),
        sa.Column("mark", sa.String(80), nullable=False),
        sa.Column("external_id", sa.Text()),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], "fk_recalled_channel_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("channel_id", "mark", name="pk_recalled"),
    )
    op.create_index("ix_recalled_at", "recalled", ["at"])
    op.create_table(
        "rate_limit",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("method", sa.String(64), nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], "fk_rate_limit_workspace_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "method", name="pk_rate_limit"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", ID, nullable=False),
        sa.Column("channel_id", ID, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("story_id", ID),
        sa.Column("entry_id", ID),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("payload", JSON),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("held_until", TIME),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Boolean(), nullable=False),
        sa.Column("tried_at", TIME),
        sa.Column("last_error", sa.Text()),
        sa.Column("external_id", sa.Text()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("sent_at", TIME),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], "fk_delivery_channel_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], "fk_delivery_entry_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["story_id"], ["story.id"], "fk_delivery_story_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint(
            "channel_id", "kind", "subject", name="uq_delivery_channel_id_kind_subject"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_delivery_channel", "delivery", ["channel_id", "state", "position"])
    op.create_index(
        "ix_delivery_dead",
        "delivery",
        ["id"],
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["workspace_id", "due_at", "channel_id"],
        sqlite_where=sa.text("state IN ('pending', 'failed', 'sending')"),
        postgresql_where=sa.text("state IN ('pending', 'failed', 'sending')"),
    )
    op.create_index("ix_delivery_entry_id", "delivery", ["entry_id"])
    op.create_index(
        "ix_delivery_held",
        "delivery",
        ["held_until"],
        sqlite_where=sa.text("held_until IS NOT NULL"),
        postgresql_where=sa.text("held_until IS NOT NULL"),
    )
    op.create_index("ix_delivery_story_id", "delivery", ["story_id"])
    op.create_table(
        "collected",
        sa.Column("channel_id", ID, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("delivery_id", ID),
        sa.Column("told_at", TIME),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], "fk_collected_channel_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], "fk_collected_delivery_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], "fk_collected_entry_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["story_id"], ["story.id"], "fk_collected_story_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("channel_id", "story_id", name="pk_collected"),
    )
    op.create_index("ix_collected_delivery", "collected", ["delivery_id"])
    op.create_index("ix_collected_entry_id", "collected", ["entry_id"])
    op.create_index("ix_collected_story_id", "collected", ["story_id"])
    op.create_index(
        "ix_collected_waiting",
        "collected",
        ["channel_id"],
        sqlite_where=sa.text("told_at IS NULL"),
        postgresql_where=sa.text("told_at IS NULL"),
    )
