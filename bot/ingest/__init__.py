"""What becomes of new entries: understood, stored, and owed to those who want them."""

from bot.ingest.ingest import NewsIngest
from bot.ingest.telling import owe_left_over

__all__ = ["NewsIngest", "owe_left_over"]
