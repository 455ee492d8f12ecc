"""The one tree of errors.

Every error that a person may see carries two texts: `str(error)` is the sentence for the
person (what is wrong and what to do), `error.detail` is for the log. Neither ever holds a secret.
"""

from __future__ import annotations


class BotError(Exception):
    """Something went wrong that a person can act on."""

    def __init__(self, sentence: str, *, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail


class SettingsError(BotError):
    """A setting is missing or wrong; the sentence names its variable."""


class StorageError(BotError):
    """The database cannot be used as it is."""


class SchemaError(StorageError):
    """The database's schema is not the one that this program needs."""


class UsageError(BotError):
    """A person asked for something that cannot be done as asked."""


class FeedError(BotError):
    """A feed could not be read."""


class FetchFailed(FeedError):
    """A document could not be fetched.

    `status` is the HTTP status where there was one; `retry_after` is in seconds.
    """

    def __init__(
        self,
        sentence: str,
        *,
        detail: str = "",
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(sentence, detail=detail)
        self.status = status
        self.retry_after = retry_after


class NotAFeed(FeedError):
    """The document was fetched, and it is no feed that can be read."""


class CatalogueError(BotError):
    """A catalogue or OPML file is wrong; the sentence names the place."""


class TaxonomyError(BotError):
    """The taxonomy file is wrong; the sentence names the place."""


class QueryError(BotError):
    """A query could not be read; `position` is the offset of the first character at fault."""

    def __init__(self, sentence: str, *, position: int = 0, detail: str = "") -> None:
        super().__init__(sentence, detail=detail)
        self.position = position


class DeliveryError(BotError):
    """A message was not delivered.

    `retry_after` is in seconds where the platform named a time; `permanent` means that trying
    again cannot help; `unknown` means that the message may have arrived all the same;
    `of_message` means that the fault may be this message's, so others to the same channel may go;
    if it is not `permanent` too, the message is tried a few times more.
    """

    def __init__(
        self,
        sentence: str,
        *,
        detail: str = "",
        retry_after: float | None = None,
        permanent: bool = False,
        unknown: bool = False,
        of_message: bool = False,
    ) -> None:
        super().__init__(sentence, detail=detail)
        self.retry_after = retry_after
        self.permanent = permanent
        self.unknown = unknown
        self.of_message = of_message
