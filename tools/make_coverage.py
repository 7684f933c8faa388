"""Write docs/coverage.md: where each heading of the specifications is found here.

The headings are those of tests/python/data/spec_headings.txt. The answers lie in tools/coverage/,
sorted by pages; a line is `PATTERN, PATTERN = ANSWER`, and the first that fits a heading wins.

- `*` in a pattern stands for anything; `{0}`, `{1}` in the answer for what it stood for, also as
  `{0.snake}` (snake_case) and `{0.symbol}` (the page's symbol that is spelt so but for case);
  `{name}` for the whole heading.
- `ANSWER | OTHER` takes the first one whose names exist.
- `planned: ISSUE: ...` names what is to come, which must not exist yet.
- `not carried over: ...` says why not; `core: FILE ...` names a file of the native core.
- Everything else names Python names in code spans, which must exist, or links to documentation.

    python tools/make_coverage.py
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from coverage_names import NAME, exists, is_ours

ROOT = Path(__file__).parents[1]
HEADINGS = ROOT / "tests" / "python" / "data" / "spec_headings.txt"
ANSWERS = ROOT / "tools" / "coverage"
TABLE = ROOT / "docs" / "coverage.md"
ISSUES = ("generation", "vision", "audio", "remote inference", "server", "conversion")
BELOW = " / "
_CORE_FILE = re.compile(r"core: (\S+\.(?:cpp|h))")
KINDS = ("here", "Python's own", "documentation", "planned", "not carried over")

INTRODUCTION = ANSWERS / "introduction.md"


class Match(str):
    """What a `*` stood for."""

    symbols: dict[str, str]

    @property
    def snake(self) -> str:
        """In snake_case."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", self).lower()

    @property
    def symbol(self) -> str:
        """The symbol of the page that differs from this in case alone."""
        return self.symbols[self.lower()]


@dataclass
class Rule:
    """One line of the answers; `used` counts the headings it answered."""

    page: str
    pattern: str
    answer: str
    used: int = field(default=0, compare=False)

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return re.compile(re.escape(self.pattern).replace(r"\*", "(.*?)"))

    def fits(self, name: str, symbols: dict[str, str]) -> str | None:
        """The answer for a heading; None where the pattern does not fit."""
        match = self._regex.fullmatch(name)
        if match is None:
            return None
        groups = [Match(group) for group in match.groups()]
        for group in groups:
            group.symbols = symbols
        return self.answer.format(*groups, name=name)


def read_headings(text: str) -> dict[str, list[str]]:
    """Page -> its headings, each with those above it in front.

    Raises:
        ValueError: A page has a heading twice.
    """
    pages: dict[str, list[str]] = {}
    above: list[str] = []
    for line in filter(None, text.splitlines()):
        if line.startswith("# "):
            names = pages.setdefault(line[2:], [])
            continue
        depth = (len(line) - len(line.lstrip())) // 2
        above = [*above[:depth], line.strip()]
        name = BELOW.join(above)
        if name in names:
            raise ValueError(f"{list(pages)[-1]} has {name!r} twice")
        names.append(name)
    return pages


def read_rules(text: str) -> list[Rule]:
    """The answers of one file."""
    rules: list[Rule] = []
    page = ""
    for line in filter(None, text.splitlines()):
        if line.startswith("# "):
            page = line[2:]
        elif not line.startswith("#"):
            patterns, _, answer = line.partition(" = ")
            rules += [Rule(page, pattern, answer) for pattern in patterns.split(", ")]
    return rules


def all_rules() -> list[Rule]:
    """The answers of all files."""
    files = sorted(ANSWERS.glob("*.txt"))
    return [rule for file in files for rule in read_rules(file.read_text("utf-8"))]


def choose(answer: str) -> str:
    """Of alternatives, the first whose names and links lead somewhere; else the last one."""
    *alternatives, last = answer.split(" | ")
    for alternative in alternatives:
        if all(map(exists, NAME.findall(alternative))) and not broken_links(alternative):
            return alternative
    return last


def broken_links(answer: str) -> list[str]:
    """What an answer names of files, and of headings in them, that is not there."""
    core = _CORE_FILE.match(answer)
    broken = [core[1]] if core and not (ROOT / core[1]).is_file() else []
    for link in re.findall(r"\]\(([^)]+)\)", answer):
        path, _, heading = link.partition("#")
        target = TABLE.parent / path
        if not target.exists() or (heading and heading not in anchors(target)):
            broken.append(link)
    return broken


def anchors(page: Path) -> list[str]:
    """The anchors of a page's headings."""
    return [anchor(title) for title in re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.M)]


def answers(
    pages: dict[str, list[str]], rules: list[Rule]
) -> Iterator[tuple[str, str, str | None]]:
    """Page, heading and answer of each heading; None where no rule fits."""
    for page, names in pages.items():
        here = [rule for rule in rules if rule.page == page]
        symbols = symbols_of(names)
        for name in names:
            found = None
            for rule in here:
                found = rule.fits(name, symbols)
                if found is not None:
                    rule.used += 1
                    break
            yield page, name, None if found is None else choose(found)


def symbols_of(names: list[str]) -> dict[str, str]:
    """The symbols of a page by their names in lower case."""
    return {name.lower(): name for name in reversed(names) if "." not in name}


def python_names(heading: str, symbols: dict[str, str]) -> list[str]:
    """What a symbol would be called in Python."""
    owner, dot, member = heading.removeprefix("new ").partition(".")
    if not dot:
        return [owner, Match(owner).snake]
    found = symbols.get(owner.lower())
    members = ["__call__"] if member == "_call" else [member, Match(member).snake]
    return [f"{found}.{each}" for each in members] if found else []


def kind_of(answer: str) -> str:
    """One of `KINDS`."""
    for kind in ("planned", "not carried over"):
        if answer.startswith(f"{kind}: "):
            return kind
    names = NAME.findall(answer)
    if answer.startswith("core: ") or any(is_ours(name) for name in names):
        return "here"
    return "documentation" if "](" in answer else "Python's own"


def shown_name(name: str, title: str) -> str:
    """A heading as the table has it: symbols as code."""
    return f"`{name}`" if title.endswith("(module)") and name != title else name


def shown(answer: str) -> str:
    """An answer as the table has it."""
    text = _CORE_FILE.sub(r"in the core: [\1](../\1)", answer)
    return text.replace("|", "\\|")


def render(pages: dict[str, list[str]], rules: list[Rule]) -> str:
    """The text of docs/coverage.md."""
    rows: dict[str, list[tuple[str, str]]] = {page: [] for page in pages}
    for page, name, answer in answers(pages, rules):
        rows[page].append((name, answer or ""))
    counts = {page: Counter(kind_of(answer) for _, answer in rows[page]) for page in pages}
    total = sum(counts.values(), Counter[str]())
    lines = [
        INTRODUCTION.read_text("utf-8"),
        f"| page | headings | {' | '.join(KINDS)} |",
        "| --- |" + " ---: |" * 6,
    ]
    lines += [_count_line(f"[{page}](#{anchor(page)})", counts[page]) for page in pages]
    lines += [_count_line("all", total), ""]
    for page in pages:
        lines += [f"## {page}", "", "| heading | here |", "| --- | --- |"]
        lines += [
            f"| {shown_name(name, rows[page][0][0])} | {shown(a)} |" for name, a in rows[page]
        ]
        lines.append("")
    return "\n".join(lines)


def _count_line(title: str, counts: Counter[str]) -> str:
    numbers = [sum(counts.values()), *(counts[kind] for kind in KINDS)]
    return f"| {title} | {' | '.join(str(number or '') for number in numbers)} |"


def anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


if __name__ == "__main__":
    TABLE.write_text(render(read_headings(HEADINGS.read_text("utf-8")), all_rules()), "utf-8")
