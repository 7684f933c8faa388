from __future__ import annotations

from typing import Any

import pytest

from onnxformers.configs import PretrainedConfig, get_key_value_shapes, get_normalized_config

BART = {
    "model_type": "bart",
    "is_encoder_decoder": True,
    "decoder_layers": 2,
    "decoder_attention_heads": 4,
    "encoder_layers": 1,
    "encoder_attention_heads": 2,
    "d_model": 32,
}


@pytest.mark.parametrize(
    ("config", "wanted"),
    [
        ({"model_type": "bert", "num_attention_heads": 2}, {"model_type": "bert"}),
        ({}, {}),
        (
            {"model_type": "mpt", "n_heads": 2, "n_layers": 3, "d_model": 8},
            {"num_heads": 2, "num_layers": 3, "hidden_size": 8, "model_type": "mpt"},
        ),
        (
            {
                "model_type": "gemma",
                "num_key_value_heads": 1,
                "num_hidden_layers": 2,
                "head_dim": 8,
            },
            {"num_heads": 1, "num_layers": 2, "dim_kv": 8, "model_type": "gemma"},
        ),
        (
            {"model_type": "llava", "text_config": {"model_type": "gpt2", "n_head": 2}},
            {"num_heads": 2, "model_type": "llava"},
        ),
        ({"model_type": "llava"}, {"model_type": "llava"}),
    ],
)
def test_names_become_the_usual_ones(config: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert get_normalized_config(config) == wanted
    assert PretrainedConfig(config).normalized_config == wanted


def test_encoder_and_decoder() -> None:
    assert get_normalized_config(BART) == {
        "num_encoder_layers": 1,
        "num_encoder_heads": 2,
        "encoder_hidden_size": 32,
        "num_decoder_layers": 2,
        "num_decoder_heads": 4,
        "decoder_hidden_size": 32,
        "model_type": "bart",
        "is_encoder_decoder": True,
    }
    shapes = get_key_value_shapes(BART, batch_size=2)
    assert len(shapes) == 8
    assert shapes["past_key_values.1.decoder.value"] == (2, 4, 0, 8)
    assert shapes["past_key_values.0.encoder.key"] == (2, 2, 0, 16)


@pytest.mark.parametrize(
    ("config", "wanted"),
    [
        (
            {"model_type": "gpt2", "n_head": 2, "n_layer": 1, "n_embd": 8},
            {"present.0.key": (1, 2, 0, 4), "present.0.value": (1, 2, 0, 4)},
        ),
        (
            {"model_type": "gpt_bigcode", "n_head": 2, "n_layer": 1, "n_embd": 8},
            {"present.0.key_value": (1, 0, 8)},
        ),
        (
            {
                "model_type": "openelm",
                "num_kv_heads": [3],
                "num_transformer_layers": 1,
                "head_dim": 4,
            },
            {"present.0.key": (1, 3, 0, 4), "present.0.value": (1, 3, 0, 4)},
        ),
    ],
)
def test_shapes_of_a_decoder(config: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert get_key_value_shapes(config, prefix="present") == wanted


def test_a_config_without_a_decoder_has_no_cache() -> None:
    with pytest.raises(KeyError, match="num_layers"):
        get_key_value_shapes({"model_type": "bert"})
