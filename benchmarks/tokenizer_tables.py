"""What the tokenizer benchmark prints."""

from __future__ import annotations

from typing import Any

from measure import skipped_lines, table
from tokenizer_files import Family
from tokenizer_runs import ARITHMETIC

OURS = "onnxformers"
NONE = "-"


def number(value: float | None) -> str:
    """A rate, or a dash where there is none."""
    return NONE if value is None else f"{value:.1f}"


def against(value: float | None, best: float | None) -> str:
    """Ours in multiples of the best peer's."""
    return NONE if not value or not best else f"{value / best:.2f}"


def best_peer(
    rows: dict[str, dict[str, Any]], column: str, *, right: bool = False
) -> tuple[str, float | None]:
    """The quickest peer of a column; with `right`, of those whose ids are right."""
    found = {
        name: row[column]
        for name, row in rows.items()
        if name != OURS and row[column] and (not right or row["differ"] == "0")
    }
    if not found:
        return NONE, None
    name = max(found, key=found.__getitem__)
    return name, found[name]


def family_section(family: Family, result: dict[str, Any]) -> str:
    """All tables of one family."""
    head = f"### {family.name} ({family.kind}, {family.folder.name})\n"
    if "failed" in result:
        return f"{head}\nnot run: {result['failed']}\n"
    parts = [head, skipped_lines(result["skipped"]), ""]
    for text, rows in result["texts"].items():
        parts += [text_table(text, rows, threads_of(result, text)), ""]
    for name, rows in result.items():
        if name.startswith("threads ") and ARITHMETIC in rows:
            gain = rows[ARITHMETIC][ARITHMETIC]
            parts += [f"- {name}: a loop of arithmetic alone gains {gain:.2f}\n"]
    if result["one"]:
        parts += [sentence_table(result["one"]), ""]
    loads = [[name, f"{value:.1f}"] for name, value in result["load"].items()]
    parts += [table(["load", "ms"], loads), ""]
    parts += [f"- size of the compiled form: {result['compiled']:.2f} times tokenizer.json\n"]
    return "\n".join(parts)


def threads_of(result: dict[str, Any], text: str) -> dict[str, dict[str, float]]:
    """Number of threads → peer → wall megabytes a second."""
    return {
        name.removeprefix("threads "): rows[text]
        for name, rows in result.items()
        if name.startswith("threads ") and text in rows
    }


def text_table(text: str, rows: dict[str, Any], threads: dict[str, dict[str, float]]) -> str:
    """One family on one kind of text."""
    if "skipped" in rows:
        return f"{text}: not run here: {rows['skipped']}"
    head = [f"{text}, MB per CPU s", "to arrays", "with offsets", "unseen"]
    head += [f"{count} threads (MB/s)" for count in threads]
    lines = [
        [
            name,
            *(number(row[column]) for column in ("arrays", "offsets", "unseen")),
            *(number(found.get(name)) for found in threads.values()),
            row["differ"],
        ]
        for name, row in rows.items()
    ]
    lines += [
        [name, "", "", "", *(number(found[name]) for found in threads.values()), ""]
        for name in (f"{OURS}, 1 thread",)
        if any(name in found for found in threads.values())
    ]
    documents = next(iter(rows.values()))["documents"]
    return table([*head, f"of {documents} differ"], lines)


def sentence_table(times: dict[str, float]) -> str:
    """Ways to encode one sentence, quickest first."""
    ordered = sorted(times.items(), key=lambda item: item[1])
    return table(["one sentence", "CPU µs"], [[name, f"{value:.2f}"] for name, value in ordered])


def summary(results: dict[str, dict[str, Any]]) -> str:
    """Ours against the best peer on every row."""
    lines = []
    for family, result in results.items():
        for text, rows in result.get("texts", {}).items():
            if "skipped" in rows:
                continue
            ours = rows.get(OURS, {"arrays": None, "offsets": None, "unseen": None, "differ": NONE})
            name, best = best_peer(rows, "arrays")
            lines.append(
                [
                    f"{family}, {text}",
                    number(ours["arrays"]),
                    f"{name} {number(best)}",
                    *(
                        against(ours[column], best_peer(rows, column)[1])
                        for column in ("arrays", "offsets", "unseen")
                    ),
                    against(ours["arrays"], best_peer(rows, "arrays", right=True)[1]),
                    against(ours["arrays"], ours["offsets"]),
                    ours["differ"],
                ]
            )
    head = ["MB per CPU s, to arrays", "onnxformers", "best peer", "ratio", "ratio with offsets"]
    head += ["ratio unseen", "ratio to the best right peer", "offsets cost", "differ"]
    return "### Against the best peer, right or wrong\n\n" + table(head, lines)
