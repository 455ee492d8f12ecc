"""What becomes of new entries: understood, stored, and owed to those who want them."""

from bot.ingest.ingest import NewsIngest

__all__ = ["NewsIngest"]
