"""Plays the recorded cases: what the oracle returned is what we return.

A case is one line of `cases/<group>.jsonl`: its `kind` says what is called, `args` and `kwargs`
with what, `expected` what came out of the oracle. The models are tiny and random, with the file
layout of real ones.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import onnxformers

ROOT = Path(__file__).parent
RTOL = 1e-4
#: Where the models run; another device sums in another order.
DEVICE = os.environ.get("ONNXFORMERS_TEST_DEVICE", "cpu")
DEVICE_TOLERANCE = 0.0 if DEVICE == "cpu" else 2e-3
# Arguments that files hold as lists and models take as arrays.
INT_INPUTS = (
    "attention_mask",
    "decoder_input_ids",
    "input_ids",
    "position_ids",
    "token_type_ids",
)
# Whose method a case of kind "postprocess" may be, where the processor itself has none.
PARTS = ("image_processor", "feature_extractor")

Case = dict[str, Any]


def read_cases() -> list[Case]:
    """All cases; those of one model together, so that it is loaded once."""
    lines = (
        line
        for file in sorted((ROOT / "cases").glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").split("\n")
    )
    cases = [json.loads(line) for line in lines if line]
    return sorted(cases, key=lambda case: (case["kind"], case.get("task", ""), case["model"]))


def argument(value: Any) -> Any:
    """An argument as the call takes it: files become paths, arrays become arrays."""
    if isinstance(value, list):
        return [argument(item) for item in value]
    if not isinstance(value, dict):
        return value
    for key in ("$image", "$audio", "$path"):
        if key in value:
            return str(ROOT / value[key])
    if "$array" in value or "$npy" in value:
        return array(value)
    return {name: argument(item) for name, item in value.items()}


def array(value: Case) -> np.ndarray:
    if "$npy" in value:
        return np.load(ROOT / value["$npy"])
    return np.array(value["$array"], dtype=value.get("dtype", "float32"))


class Held:
    """The object that the cases before this one used, for as long as they go on asking for it."""

    def __init__(self) -> None:
        self.key: object = None
        self.value: Any = None

    def get(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
        if key != self.key:
            if hasattr(self.value, "close"):
                self.value.close()
            self.key, self.value = None, None
            self.value = make()
            self.key = key
        return self.value


@pytest.fixture(scope="module")
def held() -> Iterator[Held]:
    keeper = Held()
    yield keeper
    keeper.get(("nothing",), lambda: None)


def play(case: Case, held: Held) -> Any:
    """What our package answers to a case."""
    path = str(ROOT / "models" / case["model"])
    options = {**(case.get("load") or {"dtype": "fp32"}), "local_files_only": True}
    options["device"] = DEVICE
    args, kwargs = argument(case["args"]), argument(case.get("kwargs", {}))
    kind, key = case["kind"], (case["kind"], path, json.dumps(options, sort_keys=True))

    def auto(name: str, **options: Any) -> Any:
        found = getattr(onnxformers, name)
        return held.get((*key, name), lambda: found.from_pretrained(path, **options))

    if kind == "tokenizer":
        return auto("AutoTokenizer", local_files_only=True)(*args, **kwargs)
    if kind == "decode":
        return auto("AutoTokenizer", local_files_only=True).decode(*args, **kwargs)
    if kind == "processor":
        return auto("AutoProcessor", local_files_only=True)(*args, **kwargs)
    if kind == "postprocess":
        processor = auto("AutoProcessor", local_files_only=True)
        parts = (processor, *(getattr(processor, name, None) for name in PARTS))
        owner = next(part for part in parts if hasattr(part, case["fn"]))
        return getattr(owner, case["fn"])(*args, **kwargs)
    if kind == "pipeline":
        task = case["task"]
        make = lambda: onnxformers.pipeline(task, path, **options)  # noqa: E731
        return held.get((*key, task), make)(*args, **kwargs)
    if kind in {"model", "generate"}:
        arrays = {
            name: np.array(value, dtype=np.int64) if name in INT_INPUTS else value
            for name, value in kwargs.items()
        }
        model = auto(case.get("class", "AutoModel"), **options)
        return (model if kind == "model" else model.generate)(*args, **arrays)
    raise AssertionError(f"a case of kind {kind!r} has no way to be played yet")


def check(want: Any, got: Any, atol: float, where: str = "result") -> None:
    """Fails unless `got` is what was wanted; `got` may have more keys."""
    if isinstance(want, dict) and ("$array" in want or "$npy" in want):
        check_array(array(want), got, atol, where)
    elif isinstance(want, dict) and "$mask_png" in want:
        check_picture(ROOT / want["$mask_png"], got, where)
    elif isinstance(want, dict):
        for name, value in want.items():
            found = got[name] if isinstance(got, Mapping) else getattr(got, name)
            check(value, found, atol, f"{where}.{name}")
    elif isinstance(want, list):
        items = got.tolist() if isinstance(got, np.ndarray) else got
        assert isinstance(items, list | tuple), f"{where}: {got!r} is no list"
        assert len(items) == len(want), f"{where}: {len(items)} items, not {len(want)}"
        for index, (item, other) in enumerate(zip(want, items, strict=True)):
            check(item, other, atol, f"{where}[{index}]")
    else:
        check_scalar(want, got, atol, where)


def check_picture(want: Path, got: Any, where: str) -> None:
    """Pixels may differ by one level, as the oracle rounds them otherwise."""
    with Image.open(want) as picture:
        expected = np.asarray(picture).astype(int)
    np.testing.assert_allclose(np.asarray(got).astype(int), expected, rtol=0, atol=1, err_msg=where)


def check_array(want: np.ndarray, got: Any, atol: float, where: str) -> None:
    got = np.asarray(got)
    assert got.shape == want.shape, f"{where}: shape {got.shape}, not {want.shape}"
    if want.dtype.kind in "iub":
        np.testing.assert_array_equal(got, want, where)
    else:
        np.testing.assert_allclose(got, want, rtol=RTOL, atol=atol, err_msg=where)


def check_scalar(want: Any, got: Any, atol: float, where: str) -> None:
    if isinstance(got, np.generic):
        got = got.item()
    if isinstance(want, float):
        assert isinstance(got, float | int), f"{where}: {got!r} is no number"
        close = math.isclose(got, want, rel_tol=RTOL, abs_tol=atol)
        assert close or (math.isnan(want) and math.isnan(got)), f"{where}: {got!r}, not {want!r}"
    else:
        assert type(got) is type(want), f"{where}: {got!r}, not {want!r}"
        assert got == want, f"{where}: {got!r}, not {want!r}"


@pytest.mark.conformance
@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case["id"])
def test_conformance(case: Case, held: Held) -> None:
    check(case["expected"], play(case, held), case.get("atol", 1e-4) + DEVICE_TOLERANCE)
