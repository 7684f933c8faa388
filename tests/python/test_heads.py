"""Heads of the registry, each with a tiny model of its own, against what PyTorch gave.

The models lie packed in tests/heads; tools/heads/make.py made them from transformers' classes.
"""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers import models
from onnxformers.models.registry import find_class

HEADS = Path(__file__).parents[1] / "heads"
NAMES = (HEADS / "classes.txt").read_text("utf-8").split()
#: Those that write in steps, with the input that grows.
WRITERS = {
    name: "input_ids" if kind == "decoder-only" else "decoder_input_ids"
    for name in NAMES
    if (kind := getattr(models, name).kind) in ("decoder-only", "encoder-decoder")
}

Arrays = dict[str, np.ndarray]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    to = tmp_path_factory.mktemp("heads")
    with tarfile.open(HEADS / "heads.tar.xz") as archive:
        for member in archive:
            path = to / member.name
            path.parent.mkdir(parents=True, exist_ok=True)
            file = archive.extractfile(member)
            assert file is not None
            path.write_bytes(file.read())
    return to


def read_case(folder: Path) -> tuple[Arrays, Arrays]:
    case = json.loads((folder / "case.json").read_text("utf-8"))
    inputs, expected = (
        {
            name: np.array(each["values"], each["dtype"]).reshape(each["shape"])
            for name, each in part
        }
        for part in (case["inputs"].items(), case["expected"].items())
    )
    return inputs, expected


def check(outputs: Any, expected: Arrays) -> None:
    """Every output that both have, and at least the first."""
    assert next(iter(expected)) in outputs
    for name in expected.keys() & outputs.keys():
        assert outputs[name].shape == expected[name].shape, name
        np.testing.assert_allclose(
            outputs[name], expected[name], rtol=1e-4, atol=1e-4, err_msg=name
        )


@pytest.mark.parametrize("name", NAMES)
def test_a_head_gives_what_pytorch_gave(name: str, folder: Path) -> None:
    found = find_class(name)
    assert found is not None
    inputs, expected = read_case(folder / name)
    with getattr(models, name).from_pretrained(folder / name) as model:
        assert (type(model).__name__, model.config.model_type) == (name, found[0].model_type)
        check(model(**inputs), expected)


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_steps_with_a_cache_give_the_same(name: str, folder: Path) -> None:
    inputs, expected = read_case(folder / name)
    tokens, key = inputs.pop(WRITERS[name]), next(iter(expected))
    with getattr(models, name).from_pretrained(folder / name) as model:
        steps = [model(**inputs, **{WRITERS[name]: tokens[:, :2]})]
        if WRITERS[name] == "decoder_input_ids":
            inputs["encoder_outputs"] = steps[0].encoder_outputs
        for token in tokens.T[2:]:
            past = steps[-1].past_key_values
            steps.append(model(**inputs, **{WRITERS[name]: token[:, None]}, past_key_values=past))
    joined = np.concatenate([step[key] for step in steps], axis=1)
    np.testing.assert_allclose(joined, expected[key], rtol=1e-4, atol=1e-4)


def test_the_archive_holds_a_model_for_each_name(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == NAMES
