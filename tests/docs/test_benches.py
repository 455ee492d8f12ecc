"""Every bench says how it is used when it is asked for help."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

BENCHES = [
    path.stem
    for path in sorted((Path(__file__).parents[2] / "bench").glob("*.py"))
    if "__main__" in path.read_text("utf-8")
]


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")  # imported already
@pytest.mark.parametrize("name", BENCHES)
def test_a_bench_explains_itself(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [f"bench/{name}.py", "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(f"bench.{name}", run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: ")
