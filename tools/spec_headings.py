"""Write tests/python/data/spec_headings.txt: the names of a specification's headings.

Names only: no types, arguments, anchors or text. A page that describes a module has one symbol a
line; on other pages a heading stands below the one it belongs to, by two spaces a level. Symbols
come without the module in front.

    python tools/spec_headings.py FOLDER    # with pages such as transformers.js/env.md
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HEADINGS = Path(__file__).parents[1] / "tests" / "python" / "data" / "spec_headings.txt"
_HEADING = re.compile(r"(#+)(?: +(.*))?$")
_UNDERLINE = re.compile(r"(=+|-+) *$")
# A heading whose text stands on the next line, behind its anchor.
_ANCHOR_ONLY = re.compile(r"\[\]\(#.+\)$")
# What follows the name of a symbol: arguments, a type, a result, a base class.
_AFTER_SYMBOL = re.compile(r"\(.*| +[:⇒⇐].*")


def read_headings(page: Path) -> list[tuple[int, str]]:
    """Level and text of each heading, marked or underlined; code blocks are not looked into."""
    found = []
    lines = ["", *page.read_text("utf-8").splitlines()]
    is_code = False
    for number, line in enumerate(lines):
        if line.startswith("```"):
            is_code = not is_code
        marked = _HEADING.match(line)
        if is_code:
            continue
        if marked:
            text = (marked[2] or "").strip()
            if not text or _ANCHOR_ONLY.match(text):
                text = lines[number + 1].strip()
            found.append((len(marked[1]), text))
        elif _UNDERLINE.match(line) and lines[number - 1].strip():
            found.append((1 if line[0] == "=" else 2, lines[number - 1].strip()))
    return found


def module_names(headings: list[tuple[int, str]]) -> list[str] | None:
    """Names of the symbols of a module's page; None for a page of another kind."""
    title = headings[0][1]
    prefixes = (f"{title}.", f"{title}~")
    if not any(text.startswith(prefixes) for _, text in headings[1:]):
        return None
    names = [_AFTER_SYMBOL.sub("", text).strip() for _, text in headings[1:]]
    symbols = [name[len(title) + 1 :] if name.startswith(prefixes) else name for name in names]
    return [f"{title} (module)", *symbols]


def indented_names(headings: list[tuple[int, str]]) -> list[str]:
    """Names of a page's headings, each below its parent by two spaces; the title is no parent."""
    lowest = min((level for level, _ in headings if level > 1), default=1)
    return ["  " * max(level - lowest, 0) + text for level, text in headings]


def render(folder: Path) -> str:
    """The content of the list for a folder of specifications."""
    blocks = []
    for page in sorted(folder.glob("*/*.md")):
        headings = read_headings(page)
        names = module_names(headings) or indented_names(headings)
        blocks.append("\n".join([f"# {page.relative_to(folder).with_suffix('')}", *names]) + "\n")
    return "\n".join(blocks)


if __name__ == "__main__":
    HEADINGS.parent.mkdir(exist_ok=True)
    HEADINGS.write_text(render(Path(sys.argv[1])), "utf-8")
