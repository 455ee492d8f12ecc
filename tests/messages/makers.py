"""Alerts and digests for tests, tame and wild."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from bot.messages.model import (
    Alert,
    Digest,
    DigestGroup,
    DigestItem,
    ReadReport,
    Related,
    Why,
)
from bot.news.model import Citation, Company, KeyDate

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def alert(**more: Any) -> Alert:
    """An alert with all there can be."""
    base = Alert(
        entry_id=7,
        story_id=3,
        title="BIS adds eleven firms to the Entity List over chip tools",
        link="https://trade.example/article/7?a=1&b=2",
        publication="Trade Daily",
        published=NOW,
        summary="The agency said the firms had bought chipmaking tools for the military.",
        topics=("Entity List", "Chip controls"),
        why=(Why("topic", "entity-list", "Entity List", ("adds eleven firms",), 0.97),),
        companies=(Company("Acme Semiconductor", "acme semiconductor", "China"),),
        citations=(
            Citation("eccn", "3B001", "3B001", 0, 5, "summary", "https://ecfr.example/3b001"),
            Citation("article", "2310170055", "2310170055", 0, 10, "summary"),
            Citation("article", "2308280042", "2308280042", 0, 10, "summary"),
        ),
        dates=(KeyDate("effective", date(2026, 3, 9)), KeyDate("comments", date(2026, 5, 1))),
        refers_to=(
            Related(
                "Chip rules updated", "https://trade.example/5", "Trade Daily", NOW, "2310170055"
            ),
        ),
        also_covered=(Related("Eleven firms listed", "https://news.example/1", "Other News", NOW),),
        document_type="Rule",
    )
    return replace(base, **more)


EARLIER = Related("Chip toolmakers listed", "https://news.example/9", "Other News", NOW)


def item(number: int = 1, **more: Any) -> DigestItem:
    """One story of a digest."""
    base = DigestItem(
        entry_id=number,
        story_id=number,
        title=f"Story number {number} about the licensing of machine tools",
        link=f"https://trade.example/{number}",
        publication="Trade Daily",
        published=NOW,
        topics=("Licensing",),
        why=(Why("topic", "licensing", "Licensing", ()),),
    )
    return replace(base, **more)


def digest(*items: DigestItem, **more: Any) -> Digest:
    """A digest with one group."""
    base = Digest(
        cause="digest",
        groups=(DigestGroup("Licensing", items),) if items else (),
        stories=len(items),
        since=NOW.replace(day=1),
        until=NOW,
        read=ReadReport(14, 13, 63, ("Other News",), NOW),
        delivery_id=12,
    )
    return replace(base, **more)


HARD = [
    "",
    " ",
    "<!channel> *bold* & <@U123> <#C1|x> <https://evil.example|click>",
    "&amp; &lt;!here&gt; &",
    "*bold* _it_ ~gone~ `code` ```block``` :tada: > quote",
    "\x00NUL \x1b[31m \u202egnp.exe \ud800 \u2066x",
    "قائمة الكيانات: إضافة شركات",
    "👩‍👩‍👧‍👦" * 60,
    "x" * 5_000,
    "word " * 2_000,
    "a\nb\r\n\tc\u2028d",
    "]]>|||^^^",
    "\ue000hit\ue001",
]
wild_text = st.one_of(
    st.sampled_from(HARD),
    st.text(max_size=400),
    st.text(alphabet="<>&|*_~`:!@#^ \n\x00ab", max_size=400),
)
wild_link = st.one_of(
    st.sampled_from(
        [
            "",
            "javascript:alert(1)",
            "https://a.example/" + "x" * 2_980,
            "https://a.example/" + "y" * 1_900,
            'https://a.example/p|q>r<s"t u?x=1&y=2',
            "http://",
            "ftp://a.example/x",
            "HTTPS://A.example/ü/漢字",
        ]
    ),
    st.text(max_size=100).map(lambda end: f"https://a.example/{end}"),
)
moments = st.integers(631_152_000, 3_786_912_000).map(lambda s: datetime.fromtimestamp(s, UTC))


@st.composite
def wild_alerts(draw: st.DrawFn) -> Alert:
    """An alert whose every field is one of a few wild texts and links."""
    one, other = draw(wild_text), draw(wild_text)
    link, number = draw(wild_link), draw(st.sampled_from([1, 5, 40]))
    when = draw(moments)
    related = Related(one, link, other, when, one)
    kinds = ("eccn", "article", "cfr", "docket")
    return Alert(
        entry_id=2**63 - 1,
        story_id=1,
        title=one,
        link=link,
        publication=other,
        published=when,
        summary=other,
        topics=(one, other) * number,
        why=(
            Why("topic", "t" * 64, one, (other,) * number, 0.5, draw(st.booleans())),
            Why("search", "1", other, (one,)),
        )
        * number,
        companies=(Company(one, one, other), Company(other, other)) * number,
        citations=tuple(Citation(kind, one, one, 0, 1, "title", link) for kind in kinds),
        dates=(KeyDate("effective", when.date()),),
        refers_to=(related,) * number,
        also_covered=(related,) * number,
        perhaps=draw(st.sampled_from([related, None])),
        document_type=other,
        follow_up=draw(st.booleans()),
        edited=draw(st.booleans()),
        retracted=draw(st.booleans()),
    )


@st.composite
def wild_digests(draw: st.DrawFn) -> Digest:
    """A digest of wild stories, up to more than a message holds."""
    one, link, when = draw(wild_text), draw(wild_link), draw(moments)
    number = draw(st.sampled_from([1, 7, 200]))
    wild = DigestItem(1, 1, one, link, one, when, (one,), reports=number, perhaps=one)
    names = draw(st.lists(wild_text, min_size=1, max_size=40))
    groups = tuple(DigestGroup(name, (wild,) * number) for name in names)
    return Digest(
        cause=draw(st.sampled_from(["digest", "quiet", "pause", "outage", "flood", "now"])),
        groups=groups,
        stories=number * len(groups) + 3,
        more=3,
        since=when,
        until=when,
        read=ReadReport(3, 1, 4, (one,) * number, when),
        delivery_id=draw(st.sampled_from([None, 2**63 - 1])),
        days=draw(st.sampled_from([0, 7])),
    )
