"""What configs call by many names: heads, layers and widths of a decoder.

Source: spec/transformers.js/configs.md, getNormalizedConfig and getKeyValueShapes; facts as
Transformers.js 3.0.0 has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_PLAIN = {"num_heads": "num_attention_heads", "num_layers": "num_hidden_layers"}
_GPT2 = {"num_heads": "n_head", "num_layers": "n_layer", "hidden_size": "n_embd"}
_WIDE = {**_PLAIN, "hidden_size": "hidden_size"}
_GROUPED = {
    **_WIDE,
    "num_heads": "num_key_value_heads",
    "num_attention_heads": "num_attention_heads",
}
_GEMMA = {**_PLAIN, "num_heads": "num_key_value_heads", "dim_kv": "head_dim"}
_SAME = {name: name for name in ("num_heads", "num_layers", "hidden_size")}
_T5 = {
    "num_decoder_layers": "num_decoder_layers",
    "num_decoder_heads": "num_heads",
    "decoder_dim_kv": "d_kv",
    "num_encoder_layers": "num_layers",
    "num_encoder_heads": "num_heads",
    "encoder_dim_kv": "d_kv",
}


def _both(layers: str, heads: str, width: str) -> dict[str, str]:
    """Names of encoder and decoder; {} in them stands for "encoder" and "decoder"."""
    return {
        name: where.format(part)
        for part in ("encoder", "decoder")
        for name, where in (
            (f"num_{part}_layers", layers),
            (f"num_{part}_heads", heads),
            (f"{part}_hidden_size", width),
        )
    }


_BART = _both("{}_layers", "{}_attention_heads", "d_model")

#: model_type -> usual name -> the config's own.
_NAMES: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(("gpt2", "gptj", "jais", "codegen", "gpt_bigcode"), _GPT2),
    **dict.fromkeys(("gpt_neox", "stablelm", "opt", "phi", "phi3", "falcon"), _WIDE),
    **dict.fromkeys(("llama", "granite", "cohere", "mistral", "starcoder2", "qwen2"), _GROUPED),
    **dict.fromkeys(("gemma", "gemma2"), _GEMMA),
    "openelm": {
        "num_heads": "num_kv_heads",
        "num_layers": "num_transformer_layers",
        "dim_kv": "head_dim",
    },
    **dict.fromkeys(("gpt_neo", "donut-swin"), _SAME),
    "bloom": {"num_heads": "n_head", "num_layers": "n_layer", "hidden_size": "hidden_size"},
    "mpt": {"num_heads": "n_heads", "num_layers": "n_layers", "hidden_size": "d_model"},
    **dict.fromkeys(("t5", "mt5", "longt5"), _T5),
    **dict.fromkeys(
        (
            "bart",
            "mbart",
            "marian",
            "whisper",
            "m2m_100",
            "blenderbot",
            "blenderbot-small",
            "florence2_language",
        ),
        _BART,
    ),
    "speecht5": _both("{}_layers", "{}_attention_heads", "hidden_size"),
    "trocr": _both("decoder_layers", "decoder_attention_heads", "d_model"),
    "musicgen_decoder": _both("num_hidden_layers", "num_attention_heads", "hidden_size"),
}
#: model_type -> the object inside that describes its decoder.
_INSIDE: Mapping[str, str] = {
    "llava": "text_config",
    "paligemma": "text_config",
    "florence2": "text_config",
    "moondream1": "phi_config",
    "musicgen": "decoder",
    "vision-encoder-decoder": "decoder",
}
_KEPT = ("model_type", "multi_query", "is_encoder_decoder")


def get_normalized_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Heads, layers and widths of a model's decoder under one set of names.

    Args:
        config: A `PretrainedConfig`, or the object of a config.json.

    Returns:
        What the config says of `num_heads`, `num_layers`, `hidden_size`, `dim_kv` and
        `num_attention_heads` (decoder-only), or of `num_decoder_heads`, `num_decoder_layers`,
        `decoder_hidden_size`, `decoder_dim_kv` and the same of the encoder; with `model_type`,
        `multi_query` and `is_encoder_decoder`. Architectures without a decoder have no more than
        the last three.

    Example:
        >>> get_normalized_config({"model_type": "gpt2", "n_head": 12, "n_layer": 6})
        {'num_heads': 12, 'num_layers': 6, 'model_type': 'gpt2'}
    """
    model_type = str(config.get("model_type"))
    inner = config.get(_INSIDE.get(model_type, ""))
    found = get_normalized_config(inner) if isinstance(inner, Mapping) else {}
    found |= {
        name: config[own] for name, own in _NAMES.get(model_type, {}).items() if own in config
    }
    return found | {name: config[name] for name in _KEPT if name in config}


def get_key_value_shapes(
    config: Mapping[str, Any], prefix: str = "past_key_values", batch_size: int = 1
) -> dict[str, tuple[int, ...]]:
    """Shapes of an empty cache, by input name, as the config says.

    Models are run with the shapes that their files declare; this is for files that are not there
    yet.

    Args:
        config: A `PretrainedConfig`, or the object of a config.json.
        prefix: Begins the names: "past_key_values" for inputs, "present" for outputs.
        batch_size: Rows.

    Raises:
        KeyError: The config does not say how many heads or layers its decoder has.

    Example:
        >>> config = {"model_type": "gpt2", "n_head": 12, "n_layer": 1, "n_embd": 768}
        >>> get_key_value_shapes(config)["past_key_values.0.key"]
        (1, 12, 0, 64)

    Source: spec/transformers.js/configs.md, getKeyValueShapes.
    """
    sizes = get_normalized_config(config)
    if sizes.get("is_encoder_decoder") and "num_decoder_heads" in sizes:
        return _shapes_of_both(sizes, prefix, batch_size)
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in range(sizes["num_layers"]):
        heads = sizes["num_heads"]
        heads = heads[layer] if isinstance(heads, list) else heads
        size = _head_size(sizes, "", sizes.get("num_attention_heads", heads))
        for name, shape in _shapes_of_layer(sizes, batch_size, heads, size).items():
            shapes[f"{prefix}.{layer}.{name}"] = shape
    return shapes


def _shapes_of_layer(
    sizes: Mapping[str, Any], rows: int, heads: int, size: int
) -> dict[str, tuple[int, ...]]:
    if sizes.get("model_type") == "gpt_bigcode" and sizes.get("multi_query", True):
        return {"key_value": (rows, 0, 2 * size)}
    shape = (rows, heads, 0, size)
    return {"key": shape, "value": shape}


def _shapes_of_both(sizes: Mapping[str, Any], prefix: str, rows: int) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in range(sizes["num_decoder_layers"]):
        for part in ("decoder", "encoder"):
            heads = sizes[f"num_{part}_heads"]
            shape = (rows, heads, 0, _head_size(sizes, f"{part}_", heads))
            shapes[f"{prefix}.{layer}.{part}.key"] = shape
            shapes[f"{prefix}.{layer}.{part}.value"] = shape
    return shapes


def _head_size(sizes: Mapping[str, Any], part: str, heads: int) -> int:
    size: int = sizes.get(f"{part}dim_kv") or sizes[f"{part}hidden_size"] // heads
    return size
