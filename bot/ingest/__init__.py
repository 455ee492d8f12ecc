"""What becomes of new entries: understood, stored, and owed to those who want them."""

from bot.ingest.ingest import NewsIngest, owe_left_over

__all__ = ["NewsIngest", "owe_left_over"]
