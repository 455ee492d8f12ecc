"""What publishers put around the news: invitations to subscribe, service lines, round-ups."""

from __future__ import annotations

import re

from bot.feeds.model import FeedEntry

_SERVICE = re.compile(
    r"""
    (?:If\ you\ would\ like|To\ read\ (?:the\ rest|more)|Already\ a\ subscriber|Want\ to\ read)
        [^.\n!?]{0,200}[.!?:]
  | (?:Sign\ up|Register|Start|Request)\ (?:now\ )?(?:for|your)\ (?:a\ |your\ )?
        (?:free\ )?(?:preview|trial)[^.\n!?]{0,200}(?:[.!?]|$)
  | This\ (?:article|story|content)\ is\ (?:only\ )?(?:available|reserved)\ (?:only\ )?(?:to|for)
        \ (?:paid\ |paying\ )?(?:subscribers|members)[^.\n]{0,120}(?:\.|$)
  | (?:The\ )?(?:Export\ Compliance\ Daily|International\ Trade\ Today|Trade\ Law\ Daily
        |Communications\ Daily|Consumer\ Electronics\ Daily)\ is\ a\ service
        \ of[^.\n]{0,120}(?:\.|$)
  | (?:Export\ Compliance\ Daily|International\ Trade\ Today|Trade\ Law\ Daily
        |Communications\ Daily|Consumer\ Electronics\ Daily)\ is\ a\ Warren\ (?:Communications\ )?
        News\ publication\.?
  | (?:Export\ Compliance\ Daily|International\ Trade\ Today|Trade\ Law\ Daily
        |Communications\ Daily|Consumer\ Electronics\ Daily)\ (?:combines|covers|provides|delivers)
        [^.\n]{0,30}(?:U\.S\.)?[^.\n]{0,300}\ (?:information\ )?service\ [^.\n]{0,200}(?:\.|$)
  | You\ can\ find\ any\ article\ by\ searching[^.\n]{0,160}(?:\.|$)
  | Sign\ up\ (?:below|here|today)\ (?:for|to)[^.\n!?]{0,200}(?:[.!?]|$)
  | (?:Copyright|©|\(c\))[^.\n]{0,30}\ (?:Warren\ Communications|All\ rights\ reserved)
        [^.\n]{0,120}(?:\.|$)
  | The\ post\ [^\n]{1,300}\ (?:first\ )?appeared\ first\ on\ [^\n]{1,80}?(?:\.|$)
  | (?:Read|Continue)\ (?:more|reading)(?:\ (?:of|at|on)\ [^.\n]{0,80})?(?:\.{3}|…|→|»|\.|$)
  | (?:Click|Tap)\ here\ to\ (?:subscribe|read|register)[^.\n]{0,120}(?:\.|$)
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_SIGNS = (
    *("if you would like", "to read", "already a subscriber", "preview", "trial", " is only "),
    *(" is available", " is reserved", " daily ", "trade today", "you can find any article"),
    *("sign up ", "copyright", "©", "(c)", "the post ", "read more", "continue reading"),
    *("read reading", "continue more", "here to "),
)
"""In small letters, what stands in all boilerplate: most texts have none of these, and searching
them for the whole pattern would take longer than all else that is asked of them."""

_ROUNDUP_TITLE = re.compile(
    r"""
    ^(?:(?:Export\ Compliance|International\ Trade|Trade\ Law|Communications)\ Daily[:\s-]*)?
    (?:(?:the\s+)?(?:top|most[\s-]read)\s+(?:stories|articles)\s+(?:of|from|for|in)\b
      |(?:weekly|week\s+in)\s+(?:round-?up|review|digest)\b
      |(?:this|last|the)\s+week['’]s\s+(?:top|biggest|most[\s-]read)\s+(?:stories|articles)\b
      |in\s+case\s+you\s+missed\s+it\b)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ROUNDUP_TEXT = re.compile(
    r"is\s+providing\s+(?:its\s+|our\s+)?(?:readers|subscribers)\s+with\s+(?:the|some\s+of\s+the)"
    r"\s+(?:top|most\s+read)\s+(?:stories|articles)"
    r"|(?:here\s+are|below\s+are)\s+(?:the|our|last\s+week's|last\s+week’s)\s+(?:top|most[\s-]read)"
    r"\s+(?:stories|articles)"
    r"|in\s+case\s+(?:you|readers)\s+missed\s+(?:them|any)",
    re.IGNORECASE,
)
_ROUNDUP_SIGNS = ("stories", "articles", "missed")
"""In small letters, what stands in each text of `_ROUNDUP_TEXT`."""

_MAX_TEXT = 200_000


def spans(text: str) -> list[tuple[int, int]]:
    """Give the places of `text` that are the publisher's boilerplate, in order, never touching."""
    small = text[:_MAX_TEXT].casefold()
    if not any(sign in small for sign in _SIGNS):
        return []
    return [found.span() for found in _SERVICE.finditer(text[:_MAX_TEXT]) if found.group().strip()]


def strip(text: str) -> str:
    """Give `text` without boilerplate, and without the spaces that it leaves."""
    kept: list[str] = []
    last = 0
    for start, end in spans(text):
        kept.append(text[last:start])
        last = end
    if not kept:
        return text
    kept.append(text[last:])
    return " ".join("".join(kept).split())


def is_roundup(entry: FeedEntry) -> bool:
    """Whether an entry only repeats a week's headlines, so that it is never alerted."""
    if _ROUNDUP_TITLE.match(entry.title.strip()):
        return True
    text = entry.text[:2_000]
    small = text.casefold()
    return any(sign in small for sign in _ROUNDUP_SIGNS) and bool(_ROUNDUP_TEXT.search(text))
