"""The first schema."""

from alembic import op

from bot.storage import fulltext
from bot.storage.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    metadata.create_all(op.get_bind())
    fulltext.create(op.get_bind())


def downgrade() -> None:
    """Drop every table."""
    fulltext.drop(op.get_bind())
    metadata.drop_all(op.get_bind())
