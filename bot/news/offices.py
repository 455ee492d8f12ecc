"""Government offices, which speak and list in every text and are no company."""

from __future__ import annotations

import re

from bot.news.folding import squeeze
from bot.news.tables import read_table

_OFFICES = frozenset(
    name.strip() for name in read_table("offices.toml")["names"].replace("\n", " ").split(",")
)
_NATION = re.compile(
    r"(?:(?:the|u s a?|us|usa|united states|american|uk|u k|british|eu|e u|chinese|china s|russian"
    r"|japanese|japan s|dutch|german|south korean|korean|taiwanese|canadian|australian|swiss) )+"
)
_BEGINS = re.compile(
    r"(?:department|bureau|ministry|office|directorate|secretary|committee|embassy"
    r"|under secretary|assistant secretary) (?:of|for|on) "
)
_STATE_BODY = re.compile(
    r"\b(?:industry and security|foreign assets control|export enforcement|defense trade|state"
    r"|commerce|treasury|justice|defen[cs]e|energy|labou?r|homeland security|foreign affairs"
    r"|finance|trade|economy|economic|industry|interior|the united states|exporter services"
    r"|compliance|national security|the president|the attorney|policy|export controls?)\b"
)
_IN_BRACKETS = re.compile(r"\(([A-Z]{2,7})\)")


def is_office(name: str) -> bool:
    """Whether a name is that of an agency, a ministry or the like (`BIS`, `State Department`,
    `U.S. Department of Commerce`), or ends with one's initials in brackets. Never raises.
    """
    initials = _IN_BRACKETS.search(name)
    if initials and initials[1].lower() in _OFFICES:
        return True
    folded = squeeze(name)
    folded = folded[found.end() :] if (found := _NATION.match(folded)) else folded
    if folded in _OFFICES:
        return True
    begins = _BEGINS.match(folded)
    return begins is not None and _STATE_BODY.match(folded, begins.end()) is not None
