"""docs/coverage.md: a row for each heading of the specifications, and each row true."""

from __future__ import annotations

import re

import coverage_names as names
import make_coverage as tool

PAGES = tool.read_headings(tool.HEADINGS.read_text("utf-8"))
RULES = tool.all_rules()
ROWS = [(page, name, answer or "") for page, name, answer in tool.answers(PAGES, RULES)]


def rows(kind: str) -> list[tuple[str, str, str]]:
    return [row for row in ROWS if tool.kind_of(row[2]) == kind]


def test_every_heading_has_a_row() -> None:
    assert len(ROWS) > 1500
    assert [(page, name) for page, name, answer in ROWS if not answer] == []


def test_every_answer_is_of_a_heading() -> None:
    assert [(rule.page, rule.pattern) for rule in RULES if not rule.used] == []


def test_the_table_is_fresh() -> None:
    expected = tool.render(PAGES, tool.all_rules())
    assert tool.TABLE.read_text("utf-8") == expected, "run python tools/make_coverage.py"


def test_the_table_has_each_heading_once() -> None:
    table = tool.TABLE.read_text("utf-8")
    for page, headings in PAGES.items():
        section = table.split(f"\n## {page}\n")[1].split("\n## ")[0]
        first = [line.split(" | ")[0][2:].strip("`") for line in section.splitlines()[3:] if line]
        assert first == headings, page


def test_every_name_of_this_package_and_of_python_exists() -> None:
    claimed = [row for kind in ("here", "Python's own") for row in rows(kind)]
    given = [(page, name, each) for page, name, a in claimed for each in names.NAME.findall(a)]
    assert len(given) > 400
    assert [
        row for row in given if not row[2].startswith("PIL.") and not names.exists(row[2])
    ] == []


def test_every_name_of_pillow_exists() -> None:
    given = [name for _, _, answer in ROWS for name in re.findall(r"`(PIL\.[\w.]+)`", answer)]
    assert len(given) > 10
    assert [name for name in given if not names.exists(name)] == []


def test_only_known_packages_are_named() -> None:
    roots = {
        name.partition(".")[0]
        for kind in ("here", "Python's own")
        for _, _, a in rows(kind)
        for name in names.NAME.findall(a)
        if not names.is_ours(name)
    }
    strangers = {root for root in roots if not names.is_of_python(root)}
    assert strangers <= names.OTHERS


def test_every_row_says_something() -> None:
    empty = [row for row in rows("Python's own") if not names.NAME.search(row[2])]
    assert empty == []


def test_files_of_the_core_and_links_lead_somewhere() -> None:
    for page, name, answer in ROWS:
        assert tool.broken_links(answer) == [], (page, name)


def test_what_is_planned_is_of_a_known_issue_and_does_not_exist() -> None:
    for page, name, answer in rows("planned"):
        issue = answer.removeprefix("planned: ").partition(":")[0]
        assert issue in tool.ISSUES, (page, name, answer)
        there = [each for each in names.NAME.findall(answer) if names.exists_somewhere(each)]
        assert there == [], (page, name)


def test_what_is_planned_is_not_found_under_the_name_of_its_heading() -> None:
    for page, headings in PAGES.items():
        symbols = tool.symbols_of(headings)
        for _, name, answer in rows("planned"):
            if name in headings and headings[0].endswith("(module)"):
                found = [n for n in tool.python_names(name, symbols) if names.exists_somewhere(n)]
                assert found == [], (page, name, answer)
