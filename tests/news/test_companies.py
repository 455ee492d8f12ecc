"""Companies are found with their country and aliases, and compared without their legal form."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.companies import measure, read
from bot.news.companies import company_key, find_companies

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Huawei Technologies Co., Ltd.", "huawei technologies"),
        ("HUAWEI TECHNOLOGIES CO LTD", "huawei technologies"),
        ("The Boeing Company", "boeing"),
        ("Société Générale S.A.", "societe generale"),
        ("OOO “Zvezda Plus”", "zvezda plus"),
        ("Zvezda-Plus, LLC", "zvezda plus"),
        ("Siemens AG", "siemens"),
        ("ASM International N.V.", "asm international"),
        ("Ørsted A/S", "orsted"),
        ("Hikvision Digital Technology Company Limited", "hikvision digital technology"),
        ("Kaspersky Lab JSC", "kaspersky lab"),
        ("Micro-Fab Equipment Inc. China", "micro fab equipment inc china"),
        ("华为技术有限公司", "华为技术"),
        ("中芯国际集成电路制造有限公司", "中芯国际集成电路制造"),
        ("삼성전자 주식회사", "삼성전자"),
        ("株式会社テスト電機", "テスト电机"),
        ("(주)한빛전자", "한빛전자"),
        ("華為技術有限公司", "华为技术"),
        ("ООО «Звезда Плюс»", "звезда плюс"),
        ("Публичное акционерное общество Полюс", "полюс"),
        ("Anadolu Makina San. ve Tic. Ltd. Şti.", "anadolu makina"),
        ("Prueba Industrial, S.A. de C.V.", "prueba industrial"),
        ("Zkouška spol. s r.o.", "zkouska"),
        ("Testas UAB", "testas"),
        ("PT Nusantara Jaya Tbk", "nusantara jaya"),
        ("Siam Parts Public Co., Ltd.", "siam parts public"),
        ("Norrland & Söner AB (publ)", "norrland soner"),
        ("such as", "such as"),
        ("Co., Ltd.", "co"),
        ("", ""),
        ("***", ""),
    ],
)  # fmt: skip
def test_a_key_is_the_name_without_form_case_accent_and_mark(name: str, key: str) -> None:
    assert company_key(name) == key


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Chipmaker Norrland Silicon Inc. sued Veldkamp Optics B.V. in Delft.",
         ["Norrland Silicon Inc.", "Veldkamp Optics B.V."]),
        ("Denial of Export Privileges; Nordskar Cargo Airlines LLC, Moscow, Russia",
         ["Nordskar Cargo Airlines LLC"]),
        ("Hanbit China Semiconductor Co. Ltd. and HK lumen Semiconductor (China) Ltd.; Correction",
         ["Hanbit China Semiconductor Co. Ltd.", "Semiconductor (China) Ltd."]),
        ("It was sold to 北京星河科技有限公司 in May", ["北京星河科技有限公司"]),
        ("The Great Lakes Steel Corp. said it would comply", ["Great Lakes Steel Corp."]),
        ("shipments by OOO “Zvezda Plus” and JSC Kret", ["OOO “Zvezda Plus”", "JSC Kret"]),
        ("U.S. Brass Corp. and Ash & Vale Inc. settled", ["U.S. Brass Corp.", "Ash & Vale Inc."]),
        ("Texas AG Ken Smith and Attorney General AG Jones wrote", []),
        ("the company said, and Inc. magazine agreed", []),
        ("She founded Co. and left", []),
    ],
)  # fmt: skip
def test_companies_are_known_by_their_legal_form(text: str, names: list[str]) -> None:
    assert [each.name for each in find_companies("", text)] == names


def test_an_entity_list_rule_gives_country_and_aliases() -> None:
    text = (
        "BIS is adding three entities. Under the destination of China: Beijing Starfield Technology"
        " Co., Ltd., a.k.a., the following two aliases: —Starfield Tech; and —北京星河科技有限公司."
        " No. 5 Ring Road, Beijing; and Harbor (Shanghai) Microelectronics Inc. Under the"
        " destination of Türkiye: Anadolu Makina Limited Sirketi."
    )
    found = {each.key: each for each in find_companies("Additions to the Entity List", text)}
    starfield = found["beijing starfield technology"]
    assert starfield.country == "China"
    assert starfield.aliases == ("Starfield Tech", "北京星河科技有限公司")
    assert found["harbor shanghai microelectronics"].country == "China"
    assert found["anadolu makina"].country == "Turkey"


@pytest.mark.parametrize(
    "text",
    [
        "1. SALIK, Anton (a.k.a. “TONY”), Minsk, Belarus; DOB 1 Jan 1970 (individual) [SDGT].",
        "1. GREY HERON (3EXX9) Crude Oil Tanker Panama flag; IMO 9123451 (vessel) [SDGT].",
        "1. EP-ABC; Aircraft Model A340; Aircraft Manufacturer's Serial Number 117 (aircraft).",
        "Individuals\n1. ORLOV, Gleb. DOB: 01/02/1960. Nationality: Russia. Listed on: 24/02/2026.",
        "2. Gleb Orlov, born 4 May 1959 in Tver, Address: Tver, Russia. Statement of reasons: he",
        "Lin Baoquan (PRC individual); and Viktor Ostrander, Chief Executive Officer, wrote",
    ],
)
def test_people_ships_and_aircraft_of_a_list_are_no_companies(text: str) -> None:
    assert find_companies("", text) == ()


ENTRIES = """CHINA, PEOPLE'S REPUBLIC OF
Suzhou Lanhai Photonics Co., Ltd., a.k.a., the following three aliases:
—Lanhai Photonics;
—Blue Sea Optics Co., Ltd.; and
—蓝海光电.
No. 88 Renmin Road, Suzhou, Jiangsu, China; and Room 5, 8 Queen's Road, Hong Kong.
Institute of Applied Lanhai Physics, a.k.a., the following one alias: —IALP. Mianyang, China.
Shenzhen Research and Development Instruments Ltd., Building 2, Shenzhen, Guangdong, China.
RUSSIA
Joint Stock Company Polyus-Etalon, a.k.a., the following two aliases: —JSC Polyus; and —AO Polyus.
18 Lesnaya St., St. Petersburg, Russia.
UNITED ARAB EMIRATES
(4) Falcon Bright FZE, Office 12, Dubai, UAE.
"""


def test_the_list_of_a_rule_is_read_entry_by_entry() -> None:
    found = [(each.name, each.country, each.aliases) for each in find_companies("", ENTRIES)]
    assert found == [
        (
            "Suzhou Lanhai Photonics Co., Ltd.",
            "China",
            ("Lanhai Photonics", "Blue Sea Optics Co., Ltd.", "蓝海光电"),
        ),
        ("Institute of Applied Lanhai Physics", "China", ("IALP",)),
        ("Shenzhen Research and Development Instruments Ltd.", "China", ()),
        ("Joint Stock Company Polyus-Etalon", "Russia", ("JSC Polyus", "AO Polyus")),
        ("Falcon Bright FZE", "United Arab Emirates", ()),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Chinese toolmaker Lanhai Etch Ltd. and Hong Kong-based Bright Step Limited",
         [("Lanhai Etch Ltd.", "China"), ("Bright Step Limited", "Hong Kong")]),
        ("Lanhai Etch Ltd. and Blue Sea Optics Inc., both in China, and Duna Kft. of Hungary",
         [("Lanhai Etch Ltd.", "China"), ("Blue Sea Optics Inc.", "China"),
          ("Duna Kft.", "Hungary")]),
        ("Maple Bay Ltd., PJSC Severny and ООО «Северный Ветер»",
         [("Maple Bay Ltd.", ""), ("PJSC Severny", ""), ("ООО «Северный Ветер»", "")]),
        ("China said it would answer. Maple Bay Inc. agreed", [("Maple Bay Inc.", "")]),
        ("Mega Parts Sdn. Bhd., Shah Alam, Malaysia; Aster d.o.o., Slovenia",
         [("Mega Parts Sdn. Bhd.", "Malaysia"), ("Aster d.o.o.", "Slovenia")]),
        ("—Lanhai University, No. 5, Jinan, China; the University said",
         [("Lanhai University", "China")]),
    ],
)  # fmt: skip
def test_a_country_is_the_one_that_belongs_to_the_name(
    text: str, found: list[tuple[str, str]]
) -> None:
    assert [(each.name, each.country) for each in find_companies("", text)] == found


@pytest.mark.parametrize(
    ("text", "aliases"),
    [
        ("Maple Bay Ltd. (a.k.a. Maple; f.k.a. Old Maple Bay Inc.), Dubai",
         ("Maple", "Old Maple Bay Inc.")),
        ("Maple Bay Ltd., also known as Big Maple, of Ontario", ("Big Maple",)),
        ("Maple Bay Ltd., formerly the owner of a mill", ()),
        ("Maple Bay Ltd., a.k.a., the following alias: Maple (Shanghai) Co., Ltd. Room 1, Shanghai",
         ("Maple (Shanghai) Co., Ltd.",)),
    ],
)  # fmt: skip
def test_other_names_end_where_they_end(text: str, aliases: tuple[str, ...]) -> None:
    [found] = find_companies("", text)
    assert found.aliases == aliases


def test_a_known_name_inside_another_is_not_that_company() -> None:
    [found] = find_companies("", "Suzhou Naura Lanhai Co., Ltd. was added")
    assert found.name == "Suzhou Naura Lanhai Co., Ltd."


def test_the_country_beside_a_name_wins_over_one_named_before() -> None:
    found = find_companies(
        "",
        'It revises the entry for "Tilia Cloud" (under Brazil) and adds one for "Tilia Networks'
        " Co., Ltd.\" (under China, People's Republic of).",
    )
    assert [(each.name, each.country) for each in found] == [
        ("Tilia Cloud", "Brazil"),
        ("Tilia Networks Co., Ltd.", "China"),
    ]


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("Washington puts Huawei under review", "Huawei", "China"),
        ("消息称中芯国际将扩产", "SMIC", "China"),
        ("A visit to Tokyo Electron ended", "Tokyo Electron", "Japan"),
        ("NVIDIA's chips", "Nvidia", "United States"),
    ],
)
def test_well_known_companies_need_no_legal_form(text: str, name: str, country: str) -> None:
    assert [(each.name, each.country) for each in find_companies("", text)] == [(name, country)]


@pytest.mark.parametrize(
    ("title", "text", "name", "aliases"),
    [
        ("Suit Against DJI Technology Co. Dismissed", "DJI said it would appeal.",
         "DJI Technology Co.", ("DJI", "大疆")),
        ("Huawei Sues", "华为技术有限公司 (Huawei Technologies Co., Ltd.) and Huawei's chief",
         "Huawei Technologies Co., Ltd.", ("Huawei", "华为", "华为技术有限公司")),
        ("浪潮 Listed", "Inspur Group makes servers", "Inspur", ("浪潮",)),
    ],
)  # fmt: skip
def test_a_well_known_company_is_one_under_its_fullest_name(
    title: str, text: str, name: str, aliases: tuple[str, ...]
) -> None:
    [found] = find_companies(title, text)
    assert (found.name, found.country, set(found.aliases)) == (name, "China", set(aliases))


@pytest.mark.parametrize(
    "text",
    [
        "Bureau of Industry and Security (BIS), a.k.a. the Bureau",
        "firms including OFAC Compliance, U.S. Department of State and Treasury Department",
        "companies such as BIS, OFAC, State Department, DDTC and Commerce Department",
        "State Department, 2201 C Street NW, Washington, United States",
        "Directorate of Defense Trade Controls (also known as DDTC) wrote",
        "The Office of Foreign Assets Control, a.k.a. OFAC, and MOFCOM",
    ],
)
def test_an_agency_is_no_company(text: str) -> None:
    assert find_companies("", text) == ()


def test_a_sentence_keeps_its_stop() -> None:
    assert [
        each.name
        for each in find_companies("", "It was sold to Al Noor Trading LLC. Lanhai Co., Ltd. paid")
    ] == ["Al Noor Trading LLC", "Lanhai Co., Ltd."]


@pytest.mark.parametrize("text", ["The huaweification", "He armed his Intelligence", "Armada"])
def test_parts_of_words_are_no_company(text: str) -> None:
    assert find_companies("", text) == ()


def test_a_company_named_twice_comes_once_and_keeps_what_is_known() -> None:
    [found] = find_companies(
        "Polaris Etch Inc. Fined", "POLARIS ETCH, INC. (Singapore), also known as Star Etch, paid."
    )
    assert found.name == "Polaris Etch Inc."
    assert found.country == "Singapore"


def test_names_in_lists_are_found_without_a_legal_form() -> None:
    """Texts in the manner of rules, notices and the press; those called fresh were written when
    the rest was found."""
    scores = measure(read(DATA / "companies.jsonl"))
    for score in scores.values():
        assert score.precision >= 0.98, score.false
        assert score.recall >= 0.98, score.missed
        assert all(score.aliases)
        assert sum(score.countries) >= 0.75 * len(score.countries)


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Chip Equipment Maker Naurix Tells Staff to Stop Work", ["Naurix"]),
        ("Chipmaker Seeks License", []),
        ("Commerce Asks Chip Firms: Know Who Your Customers Are", []),
        ("Dutch Toolmaker Warns on Controls", []),
        ("Additions to the Entity List: Corrections", []),
        ("Spyware Maker Intellovia's Founder Is Charged", ["Intellovia"]),
        ("Drone maker Skylarx takes Pentagon to court", ["Skylarx"]),
    ],
)
def test_large_letters_of_a_headline_make_no_name(title: str, names: list[str]) -> None:
    assert [each.name for each in find_companies(title, "")] == names


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("BIS Adds Lanhai Electronics (HK) Ltd. and Beta Trading FZE to Entity List",
         ["Lanhai Electronics (HK) Ltd.", "Beta Trading FZE"]),
        ("OFAC Designates Brightanchor Holdings Limited", ["Brightanchor Holdings Limited"]),
        ("US Fines LANHAI COMPUTER INC.", ["LANHAI COMPUTER INC."]),
        ("BIS ADDS LANHAI LTD. TO ENTITY LIST", ["LANHAI LTD."]),
        ("Judge Dismisses Suit Against Lanhai Technology Co.", ["Lanhai Technology Co."]),
        ("Court Weighs Charges Against LANHAI TECHNOLOGIES CO., LTD",
         ["LANHAI TECHNOLOGIES CO., LTD"]),
        ("Commerce Settles With the Lanhai Etch Corp.", ["Lanhai Etch Corp."]),
        ("Former Chief of Lanhai Optics Ltd. Pleads Guilty", ["Lanhai Optics Ltd."]),
        ("Bank of Lanhai Ltd. Fined", ["Bank of Lanhai Ltd."]),
        ("Charge Robotics Inc. Opens Plant", ["Charge Robotics Inc."]),
        ("Targets Inc. Fined", ["Targets Inc."]),
        ("staff of Northern Lists With Care Ltd. left their posts in spring",
         ["Northern Lists With Care Ltd."]),
    ],
)  # fmt: skip
def test_a_name_begins_behind_what_a_large_headline_says_of_it(
    title: str, names: list[str]
) -> None:
    assert [each.name for each in find_companies(title, "")] == names


@pytest.mark.parametrize(
    ("text", "name", "aliases"),
    [
        ("Lanhai Etch Ltd. (蓝海刻蚀), Wuxi", "Lanhai Etch Ltd.", ("蓝海刻蚀",)),
        ("Lanhai Etch Ltd. (Lanhai) said", "Lanhai Etch Ltd.", ("Lanhai",)),
        ("Lanhai Etch Ltd. (“LEL”) said", "Lanhai Etch Ltd.", ("LEL",)),
        ("Lanhai Etch Ltd. (蓝海) (a.k.a. Blue Etch)", "Lanhai Etch Ltd.", ("蓝海", "Blue Etch")),
        ("Lanhai Etch Ltd. (Chinese Simplified: 蓝海)", "Lanhai Etch Ltd.", ("蓝海",)),
        ("Lanhai Etch Ltd. (Shanghai) said", "Lanhai Etch Ltd.", ()),
        ("Lanhai Etch Ltd. (Monday) said", "Lanhai Etch Ltd.", ()),
    ],
)  # fmt: skip
def test_a_short_name_or_another_script_in_brackets_is_an_alias(
    text: str, name: str, aliases: tuple[str, ...]
) -> None:
    [found] = find_companies("", text)
    assert (found.name, found.aliases) == (name, aliases)


@given(st.text(max_size=300), st.text(max_size=60))
@settings(max_examples=80, deadline=None)
def test_no_text_makes_it_fail(text: str, title: str) -> None:
    listed = " Foo Inc., a.k.a. " + text + " firms including " + text
    for each in find_companies(title, text + listed):
        assert each.key == company_key(each.name)


@pytest.mark.parametrize(
    "piece",
    [
        "Aa ",
        "Aa Inc. ",
        "a.k.a. —B; ",
        "under China ",
        "(",
        "OOO ",
        "Aa and ",
        ", a.k.a. ",
        "Aa University, ",
        "a.k.a. (",
        "Chinese ",
        "—A; ",
        "firms: ",
        "companies, companies including ",
        "x: Aa; ",
        "-based A",
        "China (Aa, ",
        "\n• Aa",
        "company Abcdef, ",
        "units of Abcdef and ",
        "Aa, Inc.\n-" + "\n" * 50_000,
        "Aa, Inc.   " + " " * 50_000,
        "Aa, Inc.\nChina" + "-" * 50_000,
        ",   , 大ア株式会社",
        "Aa, Inc. in A in A ",
        "Name: ",
        "1. Aa Inc. ",
        "12 Aa Plant; ",
        "a.k.a: (1) Aa (2) ",
        "Aa Inc., 1 (“Aa”) ",
        "Aa Inc., a.k.a. B, d/b/a C, ",
        "entries for “Aa;” ",
        ", of Chin",
        "Aa (China)\n",
        "将华公司（A",
    ],
)
def test_long_repeated_text_is_read_in_little_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    start = time.process_time()
    find_companies("", text)
    assert time.process_time() - start < 4.0
