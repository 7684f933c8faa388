"""A model of PyTorch as the ONNX files that a kind of model has."""

from __future__ import annotations

import inspect
import io
from collections.abc import Sequence
from typing import Any

import onnx
import torch

Tensors = dict[str, torch.Tensor]
BOTH = ("decoder", "encoder")
KEY_VALUE = ("key", "value")


class Plain(torch.nn.Module):
    """All tensors that a model returns, by position; `names` has their names after a run."""

    def __init__(self, model: torch.nn.Module, inputs: Sequence[str]) -> None:
        super().__init__()
        self.model = model
        self.inputs = inputs
        self.names: list[str] = []

    def forward(self, *values: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """What the exporter traces."""
        outputs = self.model(**dict(zip(self.inputs, values, strict=True)), return_dict=True)
        tensors = {name: each for name, each in outputs.items() if torch.is_tensor(each)}
        self.names = list(tensors)
        return tuple(tensors.values())


class Step(torch.nn.Module):
    """One step of a decoder: logits or states, and keys and values of each layer."""

    def __init__(self, model: torch.nn.Module, with_positions: bool) -> None:
        super().__init__()
        self.model = model
        self.with_positions = with_positions

    def forward(
        self, ids: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor, *past: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        """What the exporter traces."""
        more = {"position_ids": positions} if self.with_positions else {}
        outputs = self.model(
            input_ids=ids,
            attention_mask=mask,
            past_key_values=tuple(zip(past[::2], past[1::2], strict=True)),
            use_cache=True,
            return_dict=True,
            **more,
        )
        return outputs[0], *flat(outputs.past_key_values)


class FirstStep(torch.nn.Module):
    """The first step of a decoder after an encoder."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, ids: torch.Tensor, states: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        """What the exporter traces."""
        outputs = self.model(
            decoder_input_ids=ids,
            encoder_outputs=(states,),
            use_cache=True,
            return_dict=True,
            **_mask_of(self.model, mask),
        )
        return outputs[0], *flat(outputs.past_key_values)


class LaterStep(torch.nn.Module):
    """A later step of a decoder after an encoder, whose states are in the cache."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, ids: torch.Tensor, mask: torch.Tensor, *past: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        """What the exporter traces."""
        layers = tuple(past[start : start + 4] for start in range(0, len(past), 4))
        states = torch.zeros(*mask.shape, self.model.config.d_model)
        outputs = self.model(
            decoder_input_ids=ids,
            encoder_outputs=(states,),
            past_key_values=layers,
            use_cache=True,
            return_dict=True,
            **_mask_of(self.model, mask),
        )
        presents = flat(outputs.past_key_values)
        return outputs[0], *(each for i, each in enumerate(presents) if i % 4 < 2)


def _mask_of(model: torch.nn.Module, mask: torch.Tensor) -> Tensors:
    # Whisper's encoder has no mask.
    return {} if model.main_input_name == "input_features" else {"attention_mask": mask}


def flat(cache: Any) -> list[torch.Tensor]:
    """Arrays of a cache, layer by layer."""
    layers = cache.to_legacy_cache() if hasattr(cache, "to_legacy_cache") else cache
    return [each for layer in layers for each in layer]


def plain(model: torch.nn.Module, inputs: Tensors) -> bytes:
    """A model of one file without a cache."""
    wrapped = Plain(model, list(inputs))
    with torch.no_grad():
        wrapped(*inputs.values())
    axes = {
        name: {0: "batch_size", 1: "sequence_length"}
        if _is_sequence(name, each)
        else {0: "batch_size"}
        for name, each in inputs.items()
    }
    return export(wrapped, inputs, wrapped.names, axes)


def decoder(model: torch.nn.Module, ids: torch.Tensor) -> bytes:
    """A decoder with a cache in one file."""
    has_positions = "position_ids" in inspect.signature(model.forward).parameters
    step = Step(model, has_positions)
    with torch.no_grad():
        past = flat(model(input_ids=ids[:, :2], use_cache=True, return_dict=True).past_key_values)
    names = [f"{i // 2}.{KEY_VALUE[i % 2]}" for i in range(len(past))]
    rows, tokens = ids.shape
    inputs = {
        "input_ids": ids,
        "attention_mask": torch.ones(rows, tokens + 2, dtype=torch.long),
        "position_ids": torch.arange(2, tokens + 2).repeat(rows, 1),
        **{f"past_key_values.{name}": each for name, each in zip(names, past, strict=True)},
    }
    axes = _cache_axes(names, past) | {
        name: {0: "batch_size", 1: axis}
        for name, axis in (
            ("input_ids", "sequence_length"),
            ("attention_mask", "past_sequence_length + 1"),
            ("position_ids", "sequence_length"),
        )
    }
    outputs = [_first_output(model), *(f"present.{name}" for name in names)]
    return export(step, inputs, outputs, axes, drop=() if has_positions else ("position_ids",))


def seq2seq(model: torch.nn.Module, inputs: Tensors, ids: torch.Tensor) -> dict[str, bytes]:
    """An encoder, and a decoder in two files: the first step and those after it."""
    source = list(inputs)
    encoder = Plain(model.get_encoder(), source)
    with torch.no_grad():
        states = encoder(*inputs.values())[0]
    mask = inputs.get("attention_mask", torch.ones(states.shape[:2], dtype=torch.long))
    first = {"input_ids": ids, "encoder_hidden_states": states, "encoder_attention_mask": mask}
    with torch.no_grad():
        _, *past = FirstStep(model)(*first.values())
    names = [f"{i // 4}.{BOTH[i % 4 // 2]}.{KEY_VALUE[i % 2]}" for i in range(len(past))]
    later = {
        "input_ids": ids[:, -1:],
        "encoder_attention_mask": mask,
        **{f"past_key_values.{name}": each for name, each in zip(names, past, strict=True)},
    }
    axes = _cache_axes(names, past) | {
        name: {0: "batch_size", 1: f"{name}_length"} for name in (*first, "attention_mask")
    }
    head = _first_output(model)
    presents = [f"present.{name}" for name in names]
    own = [name for name in presents if "decoder" in name]
    encoder_axes = {**axes, "input_features": {0: "batch_size"}}
    return {
        "encoder_model": export(encoder, inputs, ["last_hidden_state"], encoder_axes),
        "decoder_model": export(FirstStep(model), first, [head, *presents], axes),
        "decoder_with_past_model": export(LaterStep(model), later, [head, *own], axes),
    }


def _is_sequence(name: str, value: torch.Tensor) -> bool:
    return value.dim() == 2 or name in ("states", "actions", "returns_to_go")


def _first_output(model: torch.nn.Module) -> str:
    has_head = model.get_output_embeddings() is not None
    return "logits" if has_head else "last_hidden_state"


def _cache_axes(names: Sequence[str], past: Sequence[torch.Tensor]) -> dict[str, dict[int, str]]:
    return {
        f"past_key_values.{name}": {
            0: "batch_size",
            each.dim() - 2: "encoder_sequence_length" if "encoder" in name else "past_sequence",
        }
        for name, each in zip(names, past, strict=True)
    }


def export(
    module: torch.nn.Module,
    inputs: Tensors,
    outputs: Sequence[str],
    axes: dict[str, dict[int, str]],
    drop: Sequence[str] = (),
) -> bytes:
    """The ONNX file of a module."""
    buffer = io.BytesIO()
    module.eval()
    with torch.no_grad():
        torch.onnx.export(
            module,
            tuple(inputs.values()),
            buffer,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes={name: axes[name] for name in inputs if name in axes},
            opset_version=17,
            dynamo=False,
        )
    model = onnx.load_model_from_string(buffer.getvalue())
    for node in model.graph.node:
        node.doc_string = ""
    used = {name for node in model.graph.node for name in node.input}
    for value in [each for each in model.graph.input if each.name not in used]:
        if value.name in drop or value.name.startswith("encoder_hidden"):
            model.graph.input.remove(value)
    return model.SerializeToString()
