"""How the layout of a cache is read, for every layout that exports have had."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from onnxformers.configs import PretrainedConfig
from onnxformers.errors import FileFormatError, InvalidArgumentError, InvalidTypeError
from onnxformers.models.cache import CacheLayout

Shape = tuple[Any, ...]
ROWS = 3


def layout(
    shapes: dict[str, Shape | None], config: dict[str, Any] | None = None, dtype: Any = np.float32
) -> CacheLayout:
    dtypes = {"input_ids": np.dtype(np.int64)}
    dtypes |= {f"past_key_values.{name}": np.dtype(dtype) for name in shapes}
    known = {f"past_key_values.{k}": shape for k, shape in shapes.items() if shape is not None}
    graph: Any = SimpleNamespace(stem="model", dtypes=dtypes, shapes=known)
    return CacheLayout.read(graph, PretrainedConfig(config))


@pytest.mark.parametrize(
    ("shapes", "config", "wanted"),
    [
        # Everything declared: the config is not asked.
        ({"0.key": ("batch", 4, "past_sequence_length", 8)}, None, (3, 4, 0, 8)),
        ({"0.key": ("b", 4, "p", 8)}, None, (3, 4, 0, 8)),
        ({"0.decoder.key": ("b", 2, "past_decoder_sequence_length", 8)}, None, (3, 2, 0, 8)),
        ({"0.encoder.value": ("b", 2, "encoder_sequence_length_out", 8)}, None, (3, 2, 0, 8)),
        ({"0.key_value": ("batch", "past_sequence_length", 16)}, None, (3, 0, 16)),
        # A batch of one, as text-to-speech has it.
        ({"0.key": (1, 2, "past", 16)}, None, (1, 2, 0, 16)),
        # A cache of fixed length.
        ({"0.key": ("batch", 2, 128, 16)}, None, (3, 2, 128, 16)),
        # Sizes that only the config knows.
        (
            {"0.key": ("batch", "num_heads", "past_sequence", "head_dim")},
            {"model_type": "gpt2", "n_head": 4, "n_embd": 32},
            (3, 4, 0, 8),
        ),
        (
            {"0.key": None},
            {
                "model_type": "llama",
                "num_attention_heads": 4,
                "num_key_value_heads": 2,
                "hidden_size": 32,
            },
            (3, 2, 0, 8),
        ),
        (
            {"1.value": None},
            {"model_type": "openelm", "num_kv_heads": [1, 2], "head_dim": 8},
            (3, 2, 0, 8),
        ),
        (
            {"0.encoder.key": ("b", None, "encoder_sequence_length", None)},
            {"model_type": "t5", "num_heads": 4, "d_kv": 6},
            (3, 4, 0, 6),
        ),
        (
            {"0.decoder.key": ("b", None, "past_sequence", None)},
            {"model_type": "whisper", "decoder_attention_heads": 2, "d_model": 8},
            (3, 2, 0, 4),
        ),
        # Heads beside the rows: BLOOM, whose keys grow along the last axis, and Falcon.
        (
            {"0.key": ("batch_size x num_heads", 8, "past_sequence_length")},
            {"model_type": "bloom", "n_head": 4},
            (12, 8, 0),
        ),
        (
            {"0.value": ("batch_size x num_heads", "past_sequence_length", 8)},
            {"model_type": "falcon", "num_attention_heads": 2},
            (6, 0, 8),
        ),
        (
            {"0.key_value": ("batch", "past_sequence_length", None)},
            {"model_type": "gpt_bigcode", "n_head": 4, "n_embd": 32},
            (3, 0, 16),
        ),
    ],
)
def test_an_empty_cache(
    shapes: dict[str, Shape | None], config: dict[str, Any] | None, wanted: Shape
) -> None:
    ((name, array),) = layout(shapes, config).empty(ROWS).items()
    assert name == f"past_key_values.{next(iter(shapes))}"
    assert (array.shape, array.dtype) == (wanted, np.float32)


def test_half_precision_is_read_from_the_session() -> None:
    (array,) = layout({"0.key": ("b", 1, "p", 2)}, dtype=np.float16).empty(1).values()
    assert array.dtype == np.float16


@pytest.mark.parametrize(
    ("shapes", "config", "message"),
    [
        ({"0.key": ("b", 2, "p", 3, 4)}, None, r"past_key_values.0.key of shape .* is no part"),
        ({"0.key": ("b", "p")}, None, "is no part of a cache"),
        ({"x.key": ("b", 2, "p", 3)}, None, "is no part of a cache"),
        ({"key": ("b", 2, "p", 3)}, None, "is no part of a cache"),
        ({"0.key": ("b", None, "past", 3)}, {"model_type": "gpt2"}, "leaves the heads of its"),
        ({"0.key": ("b", 2, "past", None)}, {"model_type": "x"}, "leaves the width of its"),
        (
            {"2.key": None},
            {"model_type": "openelm", "num_kv_heads": [1], "head_dim": 2},
            "leaves the heads",
        ),
        (
            {"0.key": ("b", "h", "past", 3)},
            {"model_type": "gpt2", "n_head": "4"},
            "model_type 'gpt2' does not say it",
        ),
    ],
)
def test_what_is_no_cache(
    shapes: dict[str, Shape | None], config: dict[str, Any] | None, message: str
) -> None:
    with pytest.raises(FileFormatError, match=message):
        layout(shapes, config)


TWO_LAYERS = {
    f"{layer}.{part}.{what}": ("b", 2, "sequence", 4)
    for layer in (0, 1)
    for part in ("decoder", "encoder")
    for what in ("key", "value")
}


def presents(tokens: int) -> dict[str, Any]:
    return {
        f"present.{name}": np.full((1, 2, tokens, 4), index, np.float32)
        for index, name in enumerate(TWO_LAYERS)
    }


def test_the_cache_goes_out_and_in_by_layer() -> None:
    seq2seq = layout(TWO_LAYERS)
    outputs = {"logits": 1, **presents(5)}
    cache = seq2seq.pack(outputs, {})
    assert outputs == {"logits": 1}
    assert [len(layer) for layer in cache] == [4, 4]
    back = seq2seq.unpack(cache)
    assert list(back) == [f"past_key_values.{name}" for name in TWO_LAYERS]
    assert [int(array[0, 0, 0, 0]) for array in back.values()] == list(range(8))
    assert seq2seq.length(back) == 5


def test_a_mapping_by_the_names_of_the_session_is_a_cache_too() -> None:
    seq2seq = layout(TWO_LAYERS)
    by_output = seq2seq.unpack(presents(2))
    by_input = seq2seq.unpack(by_output)
    assert all(by_input[name] is by_output[name] for name in by_output)


def test_the_encoders_part_is_kept_from_the_first_step() -> None:
    seq2seq = layout(TWO_LAYERS)
    first = seq2seq.unpack(seq2seq.pack(presents(5), {}))
    later = {
        name: value[:, :, :0] if "encoder" in name else value for name, value in presents(6).items()
    }
    for outputs in (later, {name: v for name, v in later.items() if "encoder" not in name}):
        cache = seq2seq.pack(dict(outputs), first)
        assert [array.shape[2] for array in cache[1]] == [6, 6, 5, 5]


@pytest.mark.parametrize(
    ("past", "error", "message"),
    [
        (5, InvalidTypeError, "must be a tuple of arrays for each layer, or a mapping by input"),
        ((1, 2), InvalidTypeError, "must be a tuple of arrays for each layer"),
        ((), InvalidArgumentError, r"must have 2 layers of 4 arrays, got \[\]"),
        (((0, 0), (0, 0)), InvalidArgumentError, r"2 layers of 4 arrays, got \[2, 2\]"),
        ({}, InvalidArgumentError, r"past_key_values lacks past_key_values.0.decoder.key, "),
        (((1.0,) * 4,) * 2, InvalidArgumentError, "past_key_values.0.decoder.key must have 4 axes"),
        ((("a",) * 4,) * 2, InvalidTypeError, "must hold float32 values"),
    ],
)
def test_what_is_no_past(past: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        layout(TWO_LAYERS).unpack(past)


def test_a_model_without_a_cache_has_no_slots() -> None:
    none = layout({})
    assert (none.slots, none.empty(2), none.pack({"logits": 1}, {}), none.length({})) == (
        (),
        {},
        (),
        0,
    )
