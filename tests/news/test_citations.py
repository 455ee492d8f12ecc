"""References are found in their normal form, at their place, and nothing else is taken for one."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.news.citations import find_citations
from bot.news.model import Citation

_EAR = "https://www.ecfr.gov/current/title-15/subtitle-B/chapter-VII/subchapter-C/"


def cited(text: str, kind: str = "") -> list[str]:
    found = find_citations("", text, "summary")
    return [each.value for each in found if not kind or each.kind == kind]


def one(text: str) -> Citation:
    return find_citations("", text, "summary")[-1]


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("The tools fall under ECCN 3B001.a.4, c or d.", "eccn", ["3B001.a.4"]),
        ("exporting 3A090.a and 4A090 items", "eccn", ["3A090.a", "4A090"]),
        ("ECCNs 9A610.x, 9B515 and 0E614 are licensed", "eccn", ["9A610.x", "9B515", "0E614"]),
        ("ECCNs 3A001-3A002 and 4A003–4A004", "eccn", ["3A001", "3A002", "4A003", "4A004"]),
        ("ECCNs 3A001 through 3A003, 4D994 to 4D996", "eccn", ["3A001", "3A003", "4D994", "4D996"]),
        ("licences of 3A001.a-3A001(d)", "eccn", ["3A001.a", "3A001.d"]),
        ("ECCN 5a002(a)(1) software", "eccn", ["5A002.a.1"]),
        ("a 5A992.c-classified router, else EAR99", "eccn", ["5A992.c", "EAR99"]),
        ("ECCN4A994, ECCN(s) 5A991b and 6A003.b.4.b", "eccn", ["4A994", "5A991.b", "6A003.b.4.b"]),
        ("Commerce moves shotguns to 0A502; Nvidia's 3A090 parts", "eccn", ["0A502", "3A090"]),
        ("items on USML Category XI(c) and XII", "usml", ["XI(c)", "XII"]),
        ("Categories IV and VIII(h) of the U.S. Munitions List", "usml", ["IV", "VIII(h)"]),
        ("United States Munitions List Categories VII-IX", "usml", ["VII", "IX"]),
        ("USML Category 8(h)(2); ITAR Category XX (b)", "usml", ["VIII(h)(2)", "XX(b)"]),
        ("USML XV(a). Also Category IV(g)", "usml", ["XV(a)", "IV(g)"]),
        ("see FR Doc. 2026-04567 and 2025-19001", "fr-document", ["2026-04567", "2025-19001"]),
        (
            "https://www.federalregister.gov/documents/2026/01/05/2026-00012/words",
            "fr-document",
            ["2026-00012"],
        ),
        ("FR Doc. E8-4321; federalregister.gov/public-inspection/2026-00012/w", "fr-document",
         ["E8-4321", "2026-00012"]),
        ("91\u00a0FR 1234\u20131240 and 91  FR\n 5678", "fr-page", ["91 FR 1234", "91 FR 5678"]),
        ("at 88 FR 73,458 and 89 Fed. Reg. 2344", "fr-page", ["88 FR 73458", "89 FR 2344"]),
        (
            "15 CFR parts 740, 744, and 748",
            "cfr",
            ["15 CFR 740", "15 CFR 744", "15 CFR 748"],
        ),
        ("15 C.F.R. § 744.21(b)(2) and 22 CFR 121.1", "cfr", ["15 CFR 744.21", "22 CFR 121.1"]),
        ("Section 744.11 of the EAR; § 560.204", "cfr", ["15 CFR 744.11", "31 CFR 560.204"]),
        ("supplement no. 4 to part 744 of the EAR", "cfr", ["15 CFR 744 Supp. 4", "15 CFR 744"]),
        (
            "Supplements Nos. 1 and 3 to part 742; 15 CFR part 746 (Supplement No. 5)",
            "cfr",
            ["15 CFR 742 Supp. 1", "15 CFR 742 Supp. 3", "15 CFR 742",
             "15 CFR 746", "15 CFR 746 Supp. 5"],
        ),
        ("“600 series” items, ECCN 9X515 and the 0x5zz numbers", "eccn",
         ["600 series", "9x515", "0x5zz"]),
        ("§§ 744.3, 744.4 and 744.6; EAR part 762", "cfr",
         ["15 CFR 744.3", "15 CFR 744.4", "15 CFR 744.6", "15 CFR 762"]),
        ("Title 22 of the Code of Federal Regulations, part 127", "cfr", ["22 CFR 127"]),
        ("48 CFR 225.770-2 and 15 CFR 730-774", "cfr", ["48 CFR 225.770-2", "15 CFR 730"]),
        ("50 U.S.C. §§ 4819-4820, 18 USC 1832(a)", "usc", ["50 USC 4819", "18 USC 1832"]),
        ("part 126 of the ITAR", "cfr", ["22 CFR 126"]),
        ("HTSUS 8542.31.00 and subheading 9903.88.15", "hts", ["8542.31.00", "9903.88.15"]),
        ("tariff heading 8541", "hts", ["8541"]),
        ("HS codes 8534.00, 854290 and 8486", "hts", ["8534.00", "8542.90", "8486"]),
        ("under 9903.91.02; customs lists 8471.30.01", "hts", ["9903.91.02", "8471.30.01"]),
        ("[Docket No. 260114-0017]", "docket", ["260114-0017"]),
        ("BIS–2026–0003–0011; Docket No. 190412765-9765-02", "docket",
         ["BIS-2026-0003", "190412765-9765-02"]),
        ("in BIS-2026-0003 or USTR-2025-0011", "docket", ["BIS-2026-0003", "USTR-2025-0011"]),
        ("Inv. No. 337-TA-1450, A-570-979", "docket", ["337-TA-1450", "A-570-979"]),
        ("No. 3:26-cv-417 and 25 CR 00123", "docket", ["3:26-cv-00417", "25-cr-00123"]),
        ("RIN 0694-AK11", "rin", ["0694-AK11"]),
        ("RINs 0694 – AK12 and 2137-AF01; XRIN 0694-XC007", "rin",
         ["0694-AK12", "2137-AF01", "0694-XC007"]),
        ("entities with footnote 5 on the Entity List", "footnote", ["footnote 5"]),
        ("Entity List firms with footnotes 1, 3 or four", "footnote",
         ["footnote 1", "footnote 3", "footnote 4"]),
        ("FN5 companies lose access", "footnote", ["footnote 5"]),
        ("licences (see 2601090011 and 2512310004).", "article", ["2601090011", "2512310004"]),
        ("as reported in 2601090011", "article", ["2601090011"]),
        ("The bill, H.R. 1122, and S. 345", "bill", ["H.R. 1122", "S. 345"]),
        ("House Bill 77, Senate bill No. 8", "bill", ["H.R. 77", "S. 8"]),
        ("Public Law 119–12, Pub. L. No. 95-223, P.L. 117-263", "public-law",
         ["Pub. L. 119-12", "Pub. L. 95-223", "Pub. L. 117-263"]),
        ("H.Con. Res. 12 and S.J.Res. 9 in Congress", "bill", ["H.Con.Res. 12", "S.J.Res. 9"]),
        ("Executive Orders 13694 and 13757, E.O. 14105", "executive-order",
         ["E.O. 13694", "E.O. 13757", "E.O. 14105"]),
        ("EXECUTIVE ORDER 14032; EO-13959, executive order number 14,117, E. O. 13722",
         "executive-order", ["E.O. 14032", "E.O. 13959", "E.O. 14117", "E.O. 13722"]),
        ("Implementing Regulation (EU) 2026/112 and Decision 2013/255/CFSP", "eu-act",
         ["Regulation (EU) 2026/112", "Decision 2013/255/CFSP"]),
        ("Regulations (EU) No 36/2012, (EU) 2016/44 and 2580/2001", "eu-act",
         ["Regulation (EU) No 36/2012", "Regulation (EU) 2016/44", "Regulation (EU) No 2580/2001"]),
        ("REGULATION (EU) 2026/112, Reg (EU) 2026/113 und Verordnung (EG) Nr. 43/2009", "eu-act",
         ["Regulation (EU) 2026/112", "Regulation (EU) 2026/113", "Regulation (EC) No 43/2009"]),
        ("Verordening (EU) 2026/113 et règlement (UE) 2026/112", "eu-act",
         ["Regulation (EU) 2026/113", "Regulation (EU) 2026/112"]),
        ("UKSI 2026/41, SIs 2026/42 and 2026/43; SI2026/44", "uk-si",
         ["SI 2026/41", "SI 2026/42", "SI 2026/43", "SI 2026/44"]),
        ("商务部公告2026年第5、6号；商務部公告2026年第7號；商务部公告〔2026〕8号",
         "cn-announcement",
         ["MOFCOM Announcement No. 5 of 2026", "MOFCOM Announcement No. 6 of 2026",
          "MOFCOM Announcement No. 7 of 2026", "MOFCOM Announcement No. 8 of 2026"]),
        ("MOFCOM 2026 Announcement No. 9", "cn-announcement",
         ["MOFCOM Announcement No. 9 of 2026"]),
        ("U.S. v. Brandt, 26 Cr. 417 and 26 Civ. 1418", "docket", ["26-cr-00417", "26-cv-01418"]),
        ("S.I. 2020/1397; Statutory Instruments 2026 No. 40", "uk-si",
         ["SI 2020/1397", "SI 2026/40"]),
        ("MOFCOM Announcements Nos. 4 and 5 of 2026; 商务部公告2026年第9号", "cn-announcement",
         ["MOFCOM Announcement No. 4 of 2026", "MOFCOM Announcement No. 5 of 2026",
          "MOFCOM Announcement No. 9 of 2026"]),
        ("Ministry of Commerce Notice [2026] No. 3; MOFCOM Order No. 1 of 2026", "cn-announcement",
         ["MOFCOM Announcement No. 3 of 2026", "MOFCOM Order No. 1 of 2026"]),
        ("parts 732, 736 and 762 of the EAR", "cfr", ["15 CFR 732", "15 CFR 736", "15 CFR 762"]),
    ],
)  # fmt: skip
def test_references_are_found_in_their_normal_form(text: str, kind: str, values: list[str]) -> None:
    assert cited(text, kind) == values


@pytest.mark.parametrize(
    "text",
    [
        "Part number 1A123 for export",
        "P/N 3A090-44, exported last week",
        "P/N 3A090-4A090, exported last week",
        "SKU-3A090, an export",
        "Meet in Room 3A001, bring the export forms",
        "The 1A123 connector of the vacuum cleaner",
        "SKU-3A090, model 5A002, serial no. 4A003",
        "Call 2025551234; tel. 2605040002, fax: 2605040003",
        "The fine was $2605040002 and 2605040002 won",
        "Number 2613990002 is no date, and 2605040000 no article",
        "On 2023.10.17 the tariff heading stayed",
        "Boeing 737-800 and A320-200",
        "The vote was 45-12345 in 2023-1234",
        "footnote 5 of the report on exports",
        "He lives at S. 12 Main, in the U.S. 50 years",
        "HR 500 employees were told",
        "The EU order 14105 was cancelled; order 14105 shipped",
        "FR 12 trains, 100 FRancs",
        "Docket words but 999999-1234 is no date",
        "category IV hurricane",
        "Model No. 5A002 exported; hall 3B001, Postcode 1A001",
        "4B100 of the export warehouse, 3D100 printing",
        "Texas House Bill 20, Florida's Senate Bill 264",
        "The opinion's footnote 3 cites export law",
        "The EAR 99% know",
        "The 7A104 bus and a 7A003 processor",
        "KRW won 2605040002, PO 2605040002",
        "UPC 2605040002, RMB 2605040002, 2605040002 people",
        "The 2026-AJ60 bicycle",
        "Regulation 24/7, season 2024/25, Decision 3/4",
        "SI 500 and the SI unit of 2019",
        "Announcement No. 5 at gate 61 in 2026",
        "an executive order 2026",
        "8542.31 points",
        "Crops of 26 Cr. in 2026 Civ. terms",
        "REGULATION 24/7, the SIs of 2026 and 公告2026年第5号",
        "The Acme 600 series of printers falls under the EAR",
        "600 series of stamps were exported",
    ],
)
def test_what_only_looks_like_a_reference_is_none(text: str) -> None:
    assert cited(text) == []


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("2026-04567", "https://www.federalregister.gov/d/2026-04567"),
        ("88 FR 73458", "https://www.federalregister.gov/citation/88-FR-73458"),
        ("15 CFR 744", "https://www.ecfr.gov/current/title-15/part-744"),
        ("15 CFR 744.21", "https://www.ecfr.gov/current/title-15/section-744.21"),
        ("E.O. 14105", "https://www.federalregister.gov/executive-order/14105"),
        ("RIN 0694-AK11", "https://www.federalregister.gov/r/0694-AK11"),
        ("BIS-2026-0003", "https://www.regulations.gov/docket/BIS-2026-0003"),
        (
            "H.R. 1122, 119th Cong.",
            "https://www.congress.gov/bill/119th-congress/house-bill/1122",
        ),
        (
            "H.R. 1122 of the 119th Congress",
            "https://www.congress.gov/bill/119th-congress/house-bill/1122",
        ),
        ("the bill H.R. 1122", ""),
        (
            "15 CFR part 744, supplement no. 6",
            _EAR + "part-744/appendix-Supplement%20No.%206%20to%20Part%20744",
        ),
        ("Pub. L. 117-78", "https://www.govinfo.gov/link/plaw/117/public/78"),
        ("50 U.S.C. 1705", "https://www.govinfo.gov/link/uscode/50/1705"),
        ("Regulation (EU) 2021/821", "https://eur-lex.europa.eu/eli/reg/2021/821/oj"),
        ("Regulation (EU) No 833/2014", "https://eur-lex.europa.eu/eli/reg/2014/833/oj"),
        (
            "Council Implementing Decision (CFSP) 2026/77",
            "https://eur-lex.europa.eu/eli/dec_impl/2026/77/oj",
        ),
        (
            "COUNCIL IMPLEMENTING REGULATION (EU) 2026/78",
            "https://eur-lex.europa.eu/eli/reg_impl/2026/78/oj",
        ),
        ("Delegierte Verordnung (EU) 2026/79", "https://eur-lex.europa.eu/eli/reg_del/2026/79/oj"),
        ("SI 2019/855", "https://www.legislation.gov.uk/uksi/2019/855"),
        ("(see 2601090011)", ""),
    ],
)
def test_references_lead_to_their_official_page(text: str, url: str) -> None:
    assert one(text).url == url


def test_the_congress_right_behind_a_bill_is_its_own() -> None:
    text = "The bills are S. 1802 (119th Congress) and H.R. 9911 (118th Congress)."
    assert [each.url for each in find_citations("", text, "content")] == [
        "https://www.congress.gov/bill/119th-congress/senate-bill/1802",
        "https://www.congress.gov/bill/118th-congress/house-bill/9911",
    ]


def test_the_title_comes_first_and_each_value_once() -> None:
    found = find_citations("BIS Revises 3A090", "ECCN 3A090 and 4A090; again 3A090", "content")
    assert [(each.value, each.field) for each in found] == [
        ("3A090", "title"),
        ("4A090", "content"),
    ]


pieces = st.sampled_from(
    [
        "Supplement No. 4 to part 744", "50 U.S.C. 1705", "Regulation (EU) 2021/821", "SI 2019/855",
        "Pub. L. 117-78", "MOFCOM Announcement No. 4 of 2026", "  ", "\u00a0", "–",
        "3A090.a", "1A123", "EAR99", "USML Category XI(c)", " and XII", "2026-04567", "88 FR 73458",
        "15 CFR parts 740, 744", " 744.21(b)", "§ 744.21", "HTSUS 8542.31.00", "BIS-2026-0003",
        "see ", "1:23-cr-123", "0694-AK11",
        "OFAC's General License 8L", ", 13N", " GL 5 ", "Iran", "CIT # 23-00123", ", -00124",
        "Slip Op. 26-12", "No. 24-1234", " (D.C. Cir.)", "S.D.N.Y. # ", "600 series", "9x515",
        "2601090011", "footnote 5", " Entity List ", "H.R. 12", "S. 5", " Congress ", "E.O. 14105",
        "Executive Orders 13694", ", ", " and ", "ﬁ", "İ", "—", "\n", "(", ")",
    ]
)  # fmt: skip


@given(
    st.lists(st.one_of(pieces, st.text(max_size=12)), max_size=30).map("".join),
    st.text(max_size=80),
)
@settings(max_examples=150, deadline=None)
def test_places_always_match_the_text(text: str, title: str) -> None:
    for each in find_citations(title, text, "content"):
        body = title if each.field == "title" else text
        assert body[each.start : each.end] == each.text
        assert each.text
        assert each.value


@pytest.mark.parametrize(
    "piece",
    [
        "15 CFR 740, ",
        "3A090.a.b.c.d",
        "Category XI, XII, ",
        "(a)" * 9,
        "1" * 50,
        "exportcompliancedaily.com/a",
        "§ ",
        "Supplement No. 1, 2 to part ",
        "Announcement No. 1, 2, ",
        "Regulation (EU) No 1/2014, ",
        "HS code 8542, ",
        "8542.31.00 or ",
        "footnote 1, 2, ",
        " \n",
        "GL 1 ",
        "公告2026年第5、6、",
        "SIs 2026/4, ",
        "OFAC GL 8L, ",
        "general license 5 ",
        "Iran GL 5 and 7 ",
        "CIT # 23-00123, ",
        "No. 24-1234 ",
        "Nos. 24-1234, 24-1235 (",
        "Court No. 23-00123 ",
        "BIS 600 series ",
    ],
)
def test_long_repeated_text_is_read_in_little_time(piece: str) -> None:
    text = (
        piece * (60_000 // len(piece))
    ) + " USML Munitions List HTS export Congress see Entity List"
    start = time.process_time()
    find_citations(text, text, "content")
    assert time.process_time() - start < 3.0
