from __future__ import annotations

import runpy
from pathlib import Path

TOOL = Path(__file__).parents[3] / "tools" / "make_processor_stubs.py"


def test_the_stub_of_the_processor_classes_is_fresh() -> None:
    tool = runpy.run_path(str(TOOL))
    assert tool["STUB"].read_text() == tool["render"](), "run python tools/make_processor_stubs.py"
