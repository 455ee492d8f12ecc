"""Teams' own terms are found as whole words, however they are written, all in one pass."""

from __future__ import annotations

import random
import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.news.folding import is_cjk
from bot.news.known_companies import other_names, well_known
from bot.news.model import WatchTerm
from bot.news.watches import WatchMatcher, said_of, watch_key


def found(names: tuple[str, ...], text: str) -> list[str]:
    hits = WatchMatcher([WatchTerm(1, names)]).find("", text, "summary")
    return [each.text for hit in hits for each in hit.evidence]


HUAWEI = ("Huawei Technologies Co., Ltd.", "Huawei", "华为")


@pytest.mark.parametrize(
    ("names", "text", "expected"),
    [
        (HUAWEI, "HUAWEI's phone", ["HUAWEI"]),
        (HUAWEI, "Huawei Technologies Co. Ltd said", ["Huawei Technologies Co. Ltd"]),
        (HUAWEI, "Huawei  Technologies, of Shenzhen", ["Huawei  Technologies"]),
        (HUAWEI, "美国制裁华为技术有限公司", ["华为技术"]),
        (HUAWEI, "Huaweii and xHuawei", []),
        (HUAWEI[:1], "Huawei launches tablet", ["Huawei"]),
        (HUAWEI[:1], "華為 and 华为技术有限公司", ["華為", "华为技术"]),
        (("HUAWEI TECH CO LTD",), "华为 and Huawei", ["华为", "Huawei"]),
        (("华为技术有限公司",), "Huawei said", ["Huawei"]),
        (("Huawei",), "HUAWEI TECH CO LTD listed", ["HUAWEI TECH"]),
        (("Huawei Cloud Computing Technologies Co., Ltd.",), "Huawei and 华为", []),
        (("Orion Steel Works Ltd.",), "Orion rises; Orion Steel falls", []),
        (("Orion Steel Works Ltd.",), "Orion Steel Works said", ["Orion Steel Works"]),
        (("Lanhai Technologies Co., Ltd.",), "LANHAI TECH CO LTD; Lanhai Technology, of Wuxi",
         ["LANHAI TECH", "Lanhai Technology"]),
        (("Lanhai Intl",), "Lanhai International", ["Lanhai International"]),
        (("Tech Group",), "Technology Group", []),
        (("Advanced Micro Devices, Inc.",), "AMD, and Amd", ["AMD"]),
        (("3A090",), "under 3a090.a and (3A090)", ["3a090", "3A090"]),
        (("3A090",), "13A090 and 3A0901 and 3A090x", []),
        (("direct product rule",), "Direct-Product rule", ["Direct-Product rule"]),
        (("Société Générale",), "societe generale paid", ["societe generale"]),
        (("Societe Generale SA",), "Société Générale paid", ["Société Générale"]),
        (("S.M.I.C.",), "SMIC and S.M.I.C. alike", ["SMIC", "S.M.I.C"]),
        (("ООО Звезда",), "компания ООО «Звезда» в списке", ["ООО «Звезда"]),
        (("Apple Inc.",), "an apple a day", []),
        (("Apple Inc.",), "Apple sued", ["Apple"]),
        (("apple",), "an apple a day", ["apple"]),
        (("SIA",), "the SIA and sia", ["SIA"]),
        (("IT",), "It is IT", ["IT"]),
        (("SMIC", "YMTC"), "no smic, Smic or ymtc; SMIC and YMTC", ["SMIC", "YMTC"]),
        (("Lanhai Optics", "LHO"), "lho and LHO", ["LHO"]),
        (("smic",), "no smic", ["smic"]),
        (("LNHA LTD",), "Lnha said lnha", ["Lnha"]),
        (("SEC",), "The SEC cites Sec. 744.11 for 30 sec", ["SEC"]),
        (("3M",), "3M pays $3M, not €3m", ["3M"]),
        (("AT&T",), "$5 at&t", ["at&t"]),
        (("中芯国际",), "消息称中芯国际将扩产", ["中芯国际"]),
        (("AT&T",), "AT&T and AT & T", ["AT&T", "AT & T"]),
        (("Huawei",), "消息称華為与华为", ["華為", "华为"]),
        (("中芯国际",), "中芯國際擴產", ["中芯國際"]),
        (("華為技術有限公司",), "华为技术公司宣布", ["华为技术"]),
        (("ПАО «Северсталь»",), "Severstal and Северсталь", ["Severstal", "Северсталь"]),
        (("SMIC",), "S.M.I.C. said", ["S.M.I.C"]),
        (("Hikvision",), "Hik\u00advision’s and Hik\u200bvision",
         ["Hik\u00advision", "Hik\u200bvision"]),
        (("Société Générale",), "Socie\u0301te\u0301 Ge\u0301ne\u0301rale",
         ["Socie\u0301te\u0301 Ge\u0301ne\u0301rale"]),
        (("trade secret",), "stolen trade secrets", ["trade secrets"]),
        (("Intel",), "US intel on Intel", ["Intel"]),
        (("Prueba Industrial S.A. de C.V.",), "Prueba Industrial said", ["Prueba Industrial"]),
        (("株式会社テスト電機",), "テスト電機は発表", ["テスト電機"]),
        (("삼성전자 주식회사",), "삼성전자가 발표", ["삼성전자"]),
    ],
)  # fmt: skip
def test_a_watch_is_found_as_a_whole_name(
    names: tuple[str, ...], text: str, expected: list[str]
) -> None:
    assert found(names, text) == expected


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (HUAWEI[:1], (
            "A well-known company, found under its other names too: Huawei, 华为, 华为技术.")),
        (("SMIC", "中芯国际"), (
            "A well-known company, found under its other names too: "
            "Semiconductor Manufacturing International, 中芯国际集成电路制造.")),
        (("Orion Steel Works Ltd.",), (
            "It is found without its legal form too (“Orion Steel Works”), "
            "but under no shorter name.")),
        (("Lanhai Tech Ltd",), (
            "It is found without its legal form too (“Lanhai Tech”), but under "
            "no shorter name; “Tech” for “Technologies” and the like is one word.")),
        (("Orion",), ""),
        (("[a-z]+ (“Orion”)",), ""),
        (("Ori\u200bon",), ""),
        (("3A090",), ""),
        (("direct product rule",), ""),
    ],
)  # fmt: skip
def test_what_a_watch_finds_besides_is_said(names: tuple[str, ...], sentence: str) -> None:
    assert said_of(names) == sentence


def test_hits_come_by_watch_with_their_field() -> None:
    matcher = WatchMatcher([WatchTerm(9, ("Corvid",)), WatchTerm(4, ("Corvid Labs Inc.", "3A001"))])
    hits = matcher.find("Corvid Labs and 3A001", "Corvid again", "content")
    assert [hit.watch_id for hit in hits] == [4, 9]
    assert [(each.text, each.field) for each in hits[0].evidence] == [
        ("Corvid Labs", "title"),
        ("3A001", "title"),
    ]
    assert [each.field for each in hits[1].evidence] == ["title", "content"]


@pytest.mark.parametrize("terms", [[], [WatchTerm(1, ())], [WatchTerm(1, ("", " ", "x", "..."))]])
def test_no_terms_find_nothing(terms: list[WatchTerm]) -> None:
    assert WatchMatcher(terms).find("x ... y", "", "summary") == ()


def test_a_key_folds_what_two_people_write_differently() -> None:
    assert watch_key("Huawei Technologies Co., Ltd.") == watch_key("HUAWEI technologies")
    assert watch_key("  3a090 ") == watch_key("3A090")
    assert watch_key("50% rule") == watch_key("50 % Rule")
    assert watch_key("…") == "…"
    assert len(watch_key("long " * 100)) == 160


names = st.one_of(
    st.sampled_from(["Huawei", "Corvid Labs Inc.", "华为", "3A090", "İstanbul A.Ş.", "ﬁrm", "ß"]),
    st.text(min_size=1, max_size=12),
)


@given(st.lists(names, max_size=8), st.lists(names, max_size=12))
@settings(max_examples=150, deadline=None)
def test_places_always_match_the_text(watched: list[str], said: list[str]) -> None:
    title, text = " ".join(said[:3]), ", ".join(said)
    matcher = WatchMatcher(WatchTerm(number, (name,)) for number, name in enumerate(watched))
    for hit in matcher.find(title, text, "summary"):
        for each in hit.evidence:
            body = title if each.field == "title" else text
            assert body[each.start : each.end] == each.text


def test_ten_thousand_watches_cost_little_more_than_ten() -> None:
    rng = random.Random(3)

    def name() -> str:
        return " ".join("".join(rng.choices(string.ascii_lowercase, k=6)).title() for _ in "ab")

    text = (
        "The bureau said that licences for shipments of lithography tools would be reviewed. " * 6
    )
    texts = [f"{text} {name()} {number}" for number in range(200)]
    few = WatchMatcher([WatchTerm(number, (f"{name()} Ltd.",)) for number in range(10)])
    many = WatchMatcher([WatchTerm(number, (f"{name()} Ltd.",)) for number in range(10_000)])
    assert len(many) == 20_000

    def cost(matcher: WatchMatcher) -> float:
        times = []
        for _ in range(5):
            start = time.process_time()
            for each in texts:
                matcher.find("", each, "summary")
            times.append(time.process_time() - start)
        return min(times)

    assert cost(many) < 3 * cost(few)


@pytest.mark.parametrize("company", sorted({one.name for one in well_known().values()}))
def test_a_well_known_company_is_found_by_all_its_names_whichever_is_watched(company: str) -> None:
    names = (company, *other_names(company))
    for watched in names:
        form = "有限公司" if is_cjk(watched) else " Co., Ltd."
        for written in (watched, watched.removesuffix("公司") + form):
            matcher = WatchMatcher([WatchTerm(1, (written,))])
            for name in names:
                assert matcher.find("", f"It was {name}.", "summary"), (written, name)


@pytest.mark.parametrize(
    "watched", ["华为", "Huawei", "Huawei Technologies Co., Ltd.", "DJI", "大疆"]
)
def test_the_answer_names_all_under_which_a_company_is_found(watched: str) -> None:
    said = said_of((watched,))
    for name in other_names(watched):
        assert watch_key(name) == watch_key(watched) or name in said
