"""The Python in README.md and docs/ runs; what needs a model from the Hub at least compiles."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
#: Models that a clone has.
OUR_MODELS = ("examples/models/", "tests/conformance/models/")


def blocks() -> list[tuple[str, str]]:
    """Name and text of every Python block."""
    return [
        (f"{page.name}/{number}", code)
        for page in PAGES
        for number, code in enumerate(
            re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.S)
        )
    ]


BLOCKS = blocks()


@pytest.mark.parametrize(("name", "code"), BLOCKS, ids=[name for name, _ in BLOCKS])
def test_python_in_the_documentation(
    name: str, code: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    program = compile(code, name, "exec")
    if not any(models in code for models in OUR_MODELS):
        return
    exec(program, {"__name__": "documentation"})
    printed = capsys.readouterr().out.splitlines()
    for line, promised in zip(printed, re.findall(r"print\(.*\)\s+# (.*)", code), strict=False):
        shape = promised.replace("tokens", r"\d+")
        assert re.fullmatch(re.escape(shape).replace(r"\\d\+", r"\d+"), line), name


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target
