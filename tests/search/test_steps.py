"""Promise: a time line says which step of a matter each entry is."""

from __future__ import annotations

import pytest

from bot.search.steps import Step, steps


@pytest.mark.parametrize(
    ("step", "name"),
    [
        (Step("Turbines", document_number="2026-04567", document_type="Rule"), "Rule"),
        (Step("Turbines", document_number="2026-04567", filed=True), "Public inspection"),
        (Step("Turbines", document_number="2026-04567"), "Federal Register"),
        (Step("Turbines", document_number="C1-2026-04567", document_type="Rule"), "Correction"),
        (Step("Turbines; Correction", document_number="2026-05555"), "Correction"),
        (Step("Turbine Maker Corrects Course", "https://wire.example/1"), "Report"),
        (Step("BIS Acts", "https://media.bis.gov/press-release/acts"), "Press release"),
        (Step("Notice", "https://www.gov.uk/government/news/x"), "Press release"),
        (Step("Notice", "https://content.govdelivery.com/bulletins/1"), "Press release"),
        (Step("Notice", "https://notgov.example/1"), "Report"),
        (
            Step("X", "https://www.federalregister.gov/public-inspection/2026-1/x"),
            "Public inspection",
        ),
        (
            Step("X", "https://www.federalregister.gov/documents/2026/03/02/2026-1/x"),
            "Federal Register",
        ),
        (Step("X", "https://www.federalregister.gov/agencies/bureau"), "Press release"),
        (Step("Judge Halts Rule", "https://wire.example/1"), "Court"),
        (Step("Broker Sentenced", "https://www.justice.gov/opa/pr/x"), "Court"),
        (Step("A Hearing in Utica", dockets=("1:26-cv-00412",)), "Court"),
        (Step("Comments Are Due", dockets=("BIS-2026-0007",)), "Report"),
        (Step("Courting Buyers in Issue 5", "https://wire.example/1"), "Report"),
        (Step(""), "Report"),
    ],
)
def test_what_an_entry_is_tells_its_step(step: Step, name: str) -> None:
    assert steps([step]) == (name,)


def test_a_report_before_anything_official_is_an_early_one() -> None:
    rule = Step("Turbines", document_number="2026-04567", document_type="Rule")
    report, suit = Step("A Report"), Step("Broker Sues")
    assert steps([report, suit, report, rule, report]) == (
        "Early report",
        "Court",
        "Early report",
        "Rule",
        "Report",
    )
    issued = Step("BIS Issues Drone Engine Rule")
    assert steps([report, issued, report, rule]) == ("Early report", "Report", "Report", "Rule")
    planned = Step("BIS to Issue Drone Engine Rule")
    assert steps([planned, rule]) == ("Early report", "Rule")
    assert steps([report, report]) == ("Report", "Report")
    assert steps([]) == ()
