"""Entities, answers and labels of one's own: one call, and 512 inputs.

python benchmarks/encoder_tasks.py --tasks FOLDER [--node FOLDER]
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from measure import (
    Case,
    Timing,
    UnavailableError,
    available,
    in_process,
    interleave,
    print_header,
    ratio,
    skipped_lines,
    table,
)
from node import NodeChild
from texts import mixed_texts, sentence

COUNT = 512
BATCH = 32
LABELS = ["politics", "cooking", "public health"]
# Of the best score of the last input, among peers that compute in other orders.
TOLERANCE = 2e-3

#: Results of one item, and of many.
Pair = tuple[Callable[[Any], Any], Callable[[list[Any]], Any]]


@dataclass(frozen=True)
class Work:
    """One task's inputs and how its pipelines are called.

    Attributes:
        task: Its name, also that of the model's folder.
        items: What it is given; the last one is short and is the one of a single call.
        ours: From a pipeline of ours.
        theirs: From a pipeline of transformers.
        arguments: Of one item, for Transformers.js.
        options: Of the call, for Transformers.js.
    """

    task: str
    items: list[Any]
    ours: Callable[[Any], Pair]
    theirs: Callable[[Any], Pair]
    arguments: Callable[[Any], list[Any]]
    options: dict[str, Any]


def entities() -> Work:
    """Named entities in texts of mixed length."""
    return Work(
        "token-classification",
        [*mixed_texts(COUNT - 1), sentence(14, 7)],
        lambda pipe: (pipe, pipe),
        lambda pipe: (pipe, lambda texts: pipe(texts, batch_size=BATCH)),
        lambda text: [text],
        {},
    )


def answers() -> Work:
    """A question of some words to a context of some sentences."""
    contexts = mixed_texts(COUNT - 1, seed=1)
    pairs = [(sentence(8, index), context) for index, context in enumerate(contexts)]
    return Work(
        "question-answering",
        [*pairs, (sentence(8, 3), sentence(40, 5))],
        lambda pipe: (
            lambda item: pipe(*item),
            lambda items: pipe([q for q, _ in items], [c for _, c in items]),
        ),
        lambda pipe: (
            lambda item: pipe(question=item[0], context=item[1]),
            lambda items: pipe(
                question=[q for q, _ in items], context=[c for _, c in items], batch_size=BATCH
            ),
        ),
        list,
        {},
    )


def labels() -> Work:
    """Three labels for texts of mixed length."""
    return Work(
        "zero-shot-classification",
        [*mixed_texts(COUNT - 1, seed=2), sentence(14, 9)],
        lambda pipe: (lambda text: pipe(text, LABELS), lambda texts: pipe(texts, LABELS)),
        lambda pipe: (
            lambda text: pipe(text, candidate_labels=LABELS),
            lambda texts: pipe(texts, candidate_labels=LABELS, batch_size=BATCH),
        ),
        lambda text: [text, LABELS],
        {},
    )


def onnxformers_peer(work: Work, folder: Path, threads: int) -> Pair:
    """Ours."""
    from onnxformers import pipeline

    pipe = pipeline(
        work.task, str(folder), dtype="fp32", session_options={"intra_op_threads": threads}
    )
    return work.ours(pipe)


def transformers_peer(work: Work, folder: Path, threads: int) -> Pair:
    """The pipeline of transformers on PyTorch."""
    import torch
    from transformers import pipeline

    torch.set_num_threads(threads)
    return work.theirs(pipeline(work.task, str(folder), device="cpu"))


def optimum_peer(work: Work, folder: Path, threads: int) -> Pair:
    """The pipeline of transformers on optimum's ORTModel."""
    import onnxruntime
    from optimum import onnxruntime as optimum
    from transformers import AutoTokenizer, pipeline

    names = {
        "token-classification": "ORTModelForTokenClassification",
        "question-answering": "ORTModelForQuestionAnswering",
        "zero-shot-classification": "ORTModelForSequenceClassification",
    }
    session = onnxruntime.SessionOptions()
    session.intra_op_num_threads = threads
    model = getattr(optimum, names[work.task]).from_pretrained(
        folder, subfolder="onnx", file_name="model.onnx", session_options=session
    )
    return work.theirs(
        pipeline(work.task, model, tokenizer=AutoTokenizer.from_pretrained(folder), device="cpu")
    )


PEERS = {
    "onnxformers": onnxformers_peer,
    "transformers": transformers_peer,
    "optimum (ORTModel)": optimum_peer,
}


def best_score(result: Any) -> float:
    """The highest score in a result, of whatever shape."""
    if isinstance(result, dict):
        found = result.get("score", result.get("scores"))
        return float(np.max(found))
    return max(map(best_score, result), default=0.0)


class Agreement:
    """Refuses peers that compute something else than the first one."""

    def __init__(self) -> None:
        self._expected: float | None = None

    def check(self, result: Any) -> None:
        """Compares the best score with that of the first result seen."""
        score = best_score(result)
        if self._expected is None:
            self._expected = score
        elif abs(score - self._expected) > TOLERANCE:
            raise UnavailableError(f"computes something else ({score:.4f})")


def factories(
    work: Work, folder: Path, threads: int, options: argparse.Namespace
) -> dict[str, Callable[[], tuple[Case, Case]]]:
    """Makers of the two cases of each peer: one item, all items."""
    agreement = Agreement()

    def build(factory: Callable[[Work, Path, int], Pair]) -> tuple[Case, Case]:
        one, many = factory(work, folder, threads)
        agreement.check(one(work.items[-1]))
        return in_process(lambda: one(work.items[-1])), in_process(lambda: many(work.items))

    def build_js() -> tuple[Case, Case]:
        child = NodeChild("transformers_js.mjs", options.node, work.task, folder, "fp32", threads)
        single = {"items": [work.arguments(work.items[-1])], "options": work.options}
        agreement.check(child.ask(**single, calls=1)["last"])
        every = {"items": [work.arguments(item) for item in work.items], "options": work.options}
        return child.case(**single), child.case(**every)

    made = {name: (lambda f=factory: build(f)) for name, factory in PEERS.items()}
    return {**made, "Transformers.js": build_js}


def rows(one: dict[str, Timing], many: dict[str, Timing]) -> list[list[str]]:
    """A row for each peer; ratios to ours."""
    ours = next(iter(one))
    return [
        [
            name,
            f"{one[name].wall * 1e3:.2f}",
            ratio(one[name].wall, one[ours].wall),
            f"{many[name].cpu:.2f}",
            ratio(many[name].cpu, many[ours].cpu),
            f"{many[name].wall:.2f}",
            ratio(many[name].wall, many[ours].wall),
        ]
        for name in one
    ]


def measure(work: Work, threads: int, options: argparse.Namespace) -> None:
    """Prints the table of one task and number of threads."""
    cases, skipped = available(factories(work, options.tasks / work.task, threads, options))
    one = interleave({n: c[0] for n, c in cases.items()}, rounds=options.rounds * 12, calls=10)
    many = interleave({n: c[1] for n, c in cases.items()}, rounds=options.rounds, warmup=0)
    print(f"### {work.task}, {threads} thread{'s' if threads > 1 else ''}\n")
    print(table(["", "one: ms", "x", f"{COUNT}: CPU s", "x", "wall s", "x"], rows(one, many)))
    print(f"\n{skipped_lines(skipped)}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tasks", type=Path, required=True, help="folder of task_models.py")
    parser.add_argument("--node", type=Path, help="folder with @huggingface/transformers")
    parser.add_argument("--threads", type=int, nargs="+", default=[2])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", nargs="+", help="only these tasks")
    options = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    # Its advice to send batches instead of single calls is what the other columns measure.
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    print_header(
        "Tasks over encoders",
        "MiniLM's six layers with a head of random weights, float32, the same in every peer; texts "
        "of mixed length as above. One: a single call on a short input. Peers that batch are given "
        f"batch_size={BATCH}; Transformers.js is called item by item. x: to ours.",
    )
    for work in (entities(), answers(), labels()):
        if not options.only or work.task in options.only:
            for threads in options.threads:
                measure(work, threads, options)


if __name__ == "__main__":
    main()
