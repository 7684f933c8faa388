"""Model folders with graphs of a few nodes, in the layouts that exports have.

The decoders add up what they see: the logits of a token are its position plus eight times the sum
of all tokens so far (two heads of four numbers each hold every token), plus the sum of what the
encoder gave.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

import onnx_builder as ob

HEADS, SIZE = 2, 4
Nodes = list[bytes]


def write(folder: Path, config: dict[str, Any], **graphs: bytes) -> Path:
    """A model folder with these files."""
    (folder / "onnx").mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    for stem, graph in graphs.items():
        (folder / "onnx" / f"{stem}.onnx").write_bytes(ob.model(graph))
    return folder


def constants(dtype: str) -> list[bytes]:
    """Axes, and zeros of the shape of a key."""
    return [
        ob.tensor("axis_2", np.array([2])),
        ob.tensor("axis_3", np.array([3])),
        ob.tensor("axes_13", np.array([1, 3])),
        ob.tensor("axes_123", np.array([1, 2, 3])),
        ob.tensor("heads", np.zeros((1, HEADS, 1, SIZE), dtype)),
    ]


def decoder(
    *,
    dtype: str = "float32",
    with_past: bool = True,
    encoder: str = "",
    merged: bool = False,
    embeds: bool = False,
) -> bytes:
    """A decoder of one layer.

    Args:
        dtype: Of cache and logits.
        with_past: It takes a cache.
        encoder: "": none; "states": it reads an encoder; "cache": it takes what it read before.
        merged: It takes use_cache_branch.
        embeds: It takes embeddings of width 1 in place of tokens.
    """
    part = "decoder." if encoder else ""
    shape = ("batch", HEADS, "past_sequence_length", SIZE)
    number = ob.TYPES[dtype]
    inputs = [ob.value("position_ids", "int64", ["batch", "tokens"])]
    inputs += [ob.value("attention_mask", "int64", ["batch", "total"])]
    nodes: Nodes = []
    if embeds:
        inputs += [ob.value("inputs_embeds", "float32", ["batch", "tokens", 1])]
        nodes += [ob.node("Squeeze", ["inputs_embeds", "axis_2"], ["x"])]
    else:
        inputs += [ob.value("input_ids", "int64", ["batch", "tokens"])]
        nodes += [ob.node("Cast", ["input_ids"], ["x"], to=number)]
    nodes += [
        ob.node("Unsqueeze", ["x", "axes_13"], ["x4"]),
        ob.node("Add", ["x4", "heads"], ["new"]),
    ]
    outputs = [ob.value("logits", dtype, ["batch", "tokens", 1])]
    for what in ("key", "value"):
        outputs += [ob.value(f"present.0.{part}{what}", dtype, shape)]
        if with_past:
            inputs += [ob.value(f"past_key_values.0.{part}{what}", dtype, shape)]
            past = f"past_key_values.0.{part}{what}"
            nodes += [ob.node("Concat", [past, "new"], [f"present.0.{part}{what}"], axis=2)]
        else:
            nodes += [ob.node("Identity", ["new"], [f"present.0.{part}{what}"])]
    nodes += [
        ob.node("ReduceSum", [f"present.0.{part}key", "axes_123"], ["sum4"]),
        ob.node("Squeeze", ["sum4", "axis_3"], ["sum"]),
        ob.node("Cast", ["position_ids"], ["positions"], to=number),
        ob.node("Unsqueeze", ["positions", "axis_2"], ["positions3"]),
        ob.node("Add", ["positions3", "sum"], ["own" if encoder else "logits"]),
    ]
    if merged:
        inputs += [ob.value("use_cache_branch", "bool", [1])]
    if encoder:
        more = read_encoder if encoder == "states" else take_encoder
        more(inputs, outputs, nodes, dtype)
    return ob.graph(nodes, inputs, outputs, constants(dtype))


def read_encoder(inputs: Nodes, outputs: Nodes, nodes: Nodes, dtype: str) -> None:
    """The part of a first step: keys and values from the encoder's states, where its mask is 1."""
    inputs += [
        ob.value("encoder_hidden_states", "float32", ["batch", "encoded", 1]),
        ob.value("encoder_attention_mask", "int64", ["batch", "encoded"]),
    ]
    shape = ("batch", HEADS, "encoder_sequence_length", SIZE)
    nodes += [
        ob.node("Cast", ["encoder_attention_mask"], ["mask"], to=ob.TYPES["float32"]),
        ob.node("Unsqueeze", ["mask", "axis_2"], ["mask3"]),
        ob.node("Mul", ["encoder_hidden_states", "mask3"], ["states"]),
        ob.node("Unsqueeze", ["states", "axis_1"], ["states4"]),
        ob.node("Cast", ["states4"], ["states4t"], to=ob.TYPES[dtype]),
        ob.node("Add", ["states4t", "heads"], ["present.0.encoder.key"]),
        ob.node("Identity", ["present.0.encoder.key"], ["present.0.encoder.value"]),
        ob.node("Constant", [], ["axis_1"], value=np.array([1])),
    ]
    nodes.insert(0, nodes.pop())
    outputs += [ob.value(f"present.0.encoder.{what}", dtype, shape) for what in ("key", "value")]
    add_encoder(nodes, "present.0.encoder.key")


def take_encoder(inputs: Nodes, outputs: Nodes, nodes: Nodes, dtype: str) -> None:
    """The part of a later step: keys and values that the first one made."""
    shape = ("batch", HEADS, "encoder_sequence_length", SIZE)
    names = [f"past_key_values.0.encoder.{what}" for what in ("key", "value")]
    inputs += [ob.value(name, dtype, shape) for name in names]
    add_encoder(nodes, names[0])


def add_encoder(nodes: Nodes, key: str) -> None:
    nodes += [
        ob.node("ReduceSum", [key, "axes_123"], ["encoded4"]),
        ob.node("Squeeze", ["encoded4", "axis_3"], ["encoded3"]),
        ob.node("Add", ["own", "encoded3"], ["logits"]),
    ]


def encoder(*, embeds: bool = False) -> bytes:
    """States of width 1: the tokens themselves."""
    inputs = [ob.value("attention_mask", "int64", ["batch", "encoded"])]
    outputs = [ob.value("last_hidden_state", "float32", ["batch", "encoded", 1])]
    if embeds:
        inputs += [ob.value("inputs_embeds", "float32", ["batch", "encoded", 1])]
        nodes = [ob.node("Identity", ["inputs_embeds"], ["last_hidden_state"])]
    else:
        inputs += [ob.value("input_ids", "int64", ["batch", "encoded"])]
        nodes = [
            ob.node("Cast", ["input_ids"], ["x"], to=ob.TYPES["float32"]),
            ob.node("Unsqueeze", ["x", "axis_2"], ["last_hidden_state"]),
        ]
    return ob.graph(nodes, inputs, outputs, constants("float32"))


def embed_tokens() -> bytes:
    """Embeddings of width 1: the tokens themselves."""
    return ob.graph(
        [
            ob.node("Cast", ["input_ids"], ["x"], to=ob.TYPES["float32"]),
            ob.node("Unsqueeze", ["x", "axis_2"], ["inputs_embeds"]),
        ],
        [ob.value("input_ids", "int64", ["batch", "tokens"])],
        [ob.value("inputs_embeds", "float32", ["batch", "tokens", 1])],
        constants("float32"),
    )


def vision_encoder() -> bytes:
    """Features of width 1: four for an image, its pixels."""
    return ob.graph(
        [ob.node("Reshape", ["pixel_values", "shape"], ["image_features"])],
        [ob.value("pixel_values", "float32", ["images", 1, 2, 2])],
        [ob.value("image_features", "float32", ["images", 4, 1])],
        [ob.tensor("shape", np.array([-1, 4, 1]))],
    )
