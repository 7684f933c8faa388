"""Write docs/models.md from the rows of the registry and the recorded cases.

A head has run when a case in tests/conformance/cases or a model in tests/heads runs a session of
it; every run of the tests plays them all. Run it after changing a row or adding cases:
``python tools/make_model_docs.py``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from onnxformers.models.kinds import KINDS
from onnxformers.models.registry import (
    AUTO_CLASSES,
    MODALITIES,
    Architecture,
    architectures,
    class_names,
    find_class,
    find_head,
)
from onnxformers.pipelines.registry import TASK_BY_NAME, TASKS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "models.md"
HEADS = ROOT / "tests" / "heads" / "classes.txt"
CASES = ROOT / "tests" / "conformance"

HEAD = """\
# Models

<!-- Written by tools/make_model_docs.py from python/onnxformers/models/registry. -->

Every class of Transformers.js 3.0.0 is here, by the same name: `onnxformers.AutoModelForMaskedLM`,
`onnxformers.models.BertForMaskedLM`. A class is a row of the registry and one of its heads, so most
have no code. Its files are those of the row's kind, its inputs and outputs those that the files
declare.

**{ran} of {all} classes have run**: the tests run a session of them and compare what it gives with
what PyTorch or Transformers.js gave. The others are untested: their row is there, but nobody has
seen one of their files open. The tables say *ran* or *untested*; where nothing stands, the
architecture has no such head.
"""
AFTER = """\
## An architecture that is not here

`AutoModel` takes a model of an unknown `model_type` as a plain encoder of one file, and says so in
the log. Other AutoModel classes raise `UnsupportedModelError` and list what they load.
`onnxformers.models.PreTrainedModel.from_pretrained` opens `model.onnx` of anything.
"""


def classes_run() -> set[str]:
    """Names of the model classes that the tests run."""
    found = set(HEADS.read_text("utf-8").split())
    for path in sorted((CASES / "cases").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            case = json.loads(line)
            if case["kind"] in ("model", "pipeline", "generate"):
                found.add(class_of(case))
    return found & set(class_names())


def class_of(case: dict[str, str]) -> str:
    """Name of the class that a case loads."""
    config = json.loads((CASES / "models" / case["model"] / "config.json").read_text("utf-8"))
    if case["kind"] == "pipeline":
        autos: str | tuple[str, ...] = TASK_BY_NAME[case["task"]].auto_class
    else:
        autos = case.get("class", "AutoModel")
    if isinstance(autos, str) and autos not in AUTO_CLASSES:
        return autos if find_class(autos) else ""
    row_and_head = find_head(autos, config["model_type"])
    return "".join((row_and_head[0].prefix, row_and_head[1])) if row_and_head else ""


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    lines = [list(header), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"


def modality(name: str, ran: set[str]) -> str:
    """Architectures x heads of one modality."""
    rows = list(architectures(name))
    heads = list(dict.fromkeys(head for row in rows for head in row.heads))

    def cell(row: Architecture, head: str) -> str:
        if head not in row.heads:
            return ""
        return "ran" if row.prefix + head in ran else "untested"

    body = [
        [f"`{row.model_type}`", f"`{row.prefix}`", *(cell(row, head) for head in heads)]
        for row in rows
    ]
    title = f"## {name.capitalize()}\n\nThe name of a class is its prefix and its head.\n\n"
    return title + table(["model_type", "prefix", *(f"`{head}`" for head in heads)], body)


def tasks() -> str:
    """Tasks x AutoModel classes."""
    body = []
    for task in TASKS:
        autos = (task.auto_class,) if isinstance(task.auto_class, str) else task.auto_class
        names = ", ".join(f"`{name}`" for name in (task.name, *task.aliases))
        body.append([names, ", ".join(f"`{auto}`" for auto in autos), f"`{task.default_model}`"])
    title = "## Tasks\n\nWhat `pipeline()` loads a model with.\n\n"
    return title + table(["task", "loads with", "default model"], body)


def autos() -> str:
    """AutoModel classes and how many architectures each loads."""
    body = []
    for name, auto in AUTO_CLASSES.items():
        loads = [row for row in architectures(auto.modality) if _loads(name, row)]
        heads = ", ".join(f"`{head}`" for head in auto.heads)
        body.append([f"`{name}`", auto.modality or "all", heads, str(len(loads))])
    title = "## AutoModel classes\n\nThe first of its heads that an architecture has is taken.\n\n"
    return title + table(["class", "among", "heads", "architectures"], body)


def _loads(auto: str, row: Architecture) -> bool:
    model_types, heads = AUTO_CLASSES[auto].model_types, AUTO_CLASSES[auto].heads
    fits = model_types is None or row.model_type in model_types
    return fits and (auto == "AutoModel" or any(head in row.heads for head in heads))


def kinds() -> str:
    """Kinds and their files."""
    body = []
    for name, kind in KINDS.items():
        layouts = "; else ".join(
            ", ".join(f"`{stem}.onnx`" for stem in layout) for layout in kind.layouts
        )
        count = sum(list(row.heads.values()).count(name) for row in architectures())
        body.append([name, layouts, "yes" if kind.generates else "", str(count)])
    title = (
        "## Kinds\n\nThe files of a model, without the suffix of their dtype. Models that write "
        "token by token have a `generation_config.json` too.\n\n"
    )
    return title + table(["kind", "files", "writes", "classes"], body)


def render() -> str:
    """The text of the page."""
    ran = classes_run()
    parts = [HEAD.format(ran=len(ran), all=len(class_names())), tasks()]
    parts += [modality(name, ran) for name in MODALITIES]
    return "\n".join([*parts, autos(), kinds(), AFTER])


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
