"""Random scores through the real engine: what comes out is always valid."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers import AutoTokenizer, GenerationConfig
from onnxformers.errors import InvalidArgumentError
from onnxformers.generation.guided import make_guide

pytest.importorskip("llguidance", reason="pip install 'onnxformers[guided]'")

MODELS = Path(__file__).parents[2] / "conformance" / "models"
NAMES = ["gpt2", "llama2", "qwen2", "gemma", "bloom", "t5"]
SCHEMA = {
    "type": "object",
    "properties": {
        "kind": {"enum": ["cat", "dog"]},
        "tags": {"type": "array", "items": {"type": "boolean"}, "maxItems": 3},
        "note": {"anyOf": [{"type": "null"}, {"type": "string", "maxLength": 8}]},
    },
    "required": ["kind", "tags", "note"],
    "additionalProperties": False,
}


@cache
def tokenizer(name: str) -> Any:
    return AutoTokenizer.from_pretrained(MODELS / name)


def written(name: str, guided: Any, seed: int, rows: int = 3) -> list[str]:
    """Answers of the best of random scores, behind a prompt of text."""
    words = tokenizer(name)
    end = words.eos_token_id
    prompt = words.encode("The city of", add_special_tokens=False)
    ids = np.tile(np.array(prompt, np.int64), (rows, 1))
    config = GenerationConfig(eos_token_id=end)
    random = np.random.default_rng(seed)
    guide = make_guide(guided, None, words, config, ids)
    assert guide is not None
    with guide:
        for _ in range(500):
            scores = random.normal(size=(rows, len(words) + 3)).astype(np.float32)
            chosen = guide.process(ids, scores).argmax(1)
            chosen[(ids[:, len(prompt) :] == end).any(1)] = end
            ids = np.append(ids, chosen[:, None], axis=1)
            guide.watch(ids)
            if (chosen == end).all():
                break
        guide.check(ids)
    spelt = words.token_bytes().spelt
    return [b"".join(spelt[i] for i in row[len(prompt) :]).decode() for row in ids]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("regex", [r"[0-9]{4},[0-9]{2}", r"(a|bc)+x", r"[^x]{1,9}x?"])
def test_regular_expressions(name: str, regex: str) -> None:
    for seed in range(4):
        texts = written(name, regex, seed)
        assert [text for text in texts if not re.fullmatch(regex, text, re.DOTALL)] == []


@pytest.mark.parametrize("name", NAMES)
def test_choices(name: str) -> None:
    choices = ["yes", "yes, of course", "no.", "(none)"] if name != "t5" else ["yes", "no"]
    texts = {text for seed in range(4) for text in written(name, choices, seed)}
    assert texts <= set(choices)
    assert len(texts) > 1


@pytest.mark.parametrize("name", [name for name in NAMES if name != "t5"])
def test_schemas(name: str) -> None:
    for seed in range(4):
        for text in written(name, SCHEMA, seed):
            value = json.loads(text)
            assert value.keys() == {"kind", "tags", "note"}
            assert value["kind"] in ("cat", "dog")
            assert len(value["tags"]) <= 3
            assert all(type(tag) is bool for tag in value["tags"])
            assert value["note"] is None or len(value["note"]) <= 8


def test_a_schema_says_whether_there_is_white_space() -> None:
    schema = {"type": "array", "items": {"type": "boolean"}, "minItems": 1, "maxItems": 3}
    compact = {**schema, "x-guidance": {"whitespace_flexible": False}}
    pretty = [text for seed in range(4) for text in written("gpt2", schema, seed)]
    assert any(re.search(r"\s", text) for text in pretty)
    for seed in range(4):
        for text in written("gpt2", compact, seed):
            assert text == json.dumps(json.loads(text), separators=(",", ":"))


def test_grammars() -> None:
    texts = written("gpt2", {"grammar": 'start: word ("+" word)*\nword: /[ab]/'}, 1)
    assert [text for text in texts if not re.fullmatch(r"[ab](\+[ab])*", text)] == []


def test_names_of_special_tokens_are_text() -> None:
    (text,) = set(written("gpt2", ["<|endoftext|>"], 1))
    assert text == "<|endoftext|>"


@pytest.mark.parametrize(
    ("guided", "message"),
    [
        ({"regex": "(a"}, "regex: .*unclosed group"),
        ({"grammar": "start: word"}, "grammar: .*word"),
        ({"type": "objecti"}, "json: .*objecti"),
    ],
)
def test_what_the_engine_cannot_read(guided: Any, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=f"(?s){message}"):
        written("gpt2", guided, 0)


def test_pydantic_models() -> None:
    pydantic = pytest.importorskip("pydantic", reason="models of pydantic: pip install pydantic")
    person = pydantic.create_model("Person", age=(pydantic.conint(ge=0, le=99), ...))
    for text in written("qwen2", person, 3):
        assert 0 <= person.model_validate_json(text).age <= 99
