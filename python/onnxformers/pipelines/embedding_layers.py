"""What sentence-transformers does to a pooled vector: small layers with weights of their own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers import ops
from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.hub import files
from onnxformers.hub.safetensors import read_tensors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from onnxformers.hub import LoadOptions

    Vectors = NDArray[np.float32]
    Layer = Callable[[Vectors], Vectors]

# What torch.nn.LayerNorm adds to the variance.
_EPSILON = 1e-5


def normalized(vectors: Vectors) -> Vectors:
    """Each vector scaled to length 1; zeros stay."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    result: Vectors = vectors / np.where(norms > 0, norms, np.float32(1))
    return result


def _gelu(x: Vectors) -> Vectors:
    shares = [0.5 * (1 + math.erf(value / math.sqrt(2))) for value in x.ravel().tolist()]
    return x * np.array(shares, dtype=np.float32).reshape(x.shape)


#: Last part of the name in config.json -> the function.
ACTIVATIONS: dict[str, Layer] = {
    "Identity": lambda x: x,
    "Tanh": np.tanh,
    "ReLU": lambda x: np.maximum(x, 0),
    "Sigmoid": ops.sigmoid,
    "GELU": _gelu,
}


@dataclass(frozen=True, slots=True)
class Dense:
    """A linear map and an activation.

    Attributes:
        weight: float32, shape (width out, width in).
        bias: float32, shape (width out,).
        activation: A key of `ACTIVATIONS`.
    """

    weight: Vectors
    bias: Vectors
    activation: str

    def __call__(self, vectors: Vectors) -> Vectors:
        """Shape (rows, width in) to (rows, width out)."""
        _check_width("Dense", vectors, self.weight.shape[1])
        # Row by row: a product of matrices would round otherwise for other numbers of rows.
        mapped = np.stack([self.weight @ row for row in vectors]) + self.bias
        return ACTIVATIONS[self.activation](mapped)


@dataclass(frozen=True, slots=True)
class LayerNorm:
    """Mean 0 and variance 1 for each vector, then a scale and a shift for each dimension."""

    weight: Vectors
    bias: Vectors

    def __call__(self, vectors: Vectors) -> Vectors:
        """Shape (rows, width), as it came."""
        _check_width("LayerNorm", vectors, len(self.weight))
        centred = vectors - vectors.mean(axis=1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=1, keepdims=True) + np.float32(_EPSILON))
        result: Vectors = centred / spread * self.weight + self.bias
        return result


def read_layer(
    kind: str, folder: str, config: Mapping[str, Any], name_or_path: str, options: LoadOptions
) -> Layer:
    """A module of modules.json that follows the pooling: "Dense", "LayerNorm" or "Normalize".

    Args:
        kind: Class name of the module.
        folder: Where it lies in the model.
        config: Its config.json.
        name_or_path: The model.
        options: Where files come from.

    Raises:
        FileFormatError: A file is missing or broken, or the shapes do not fit the config.
        InvalidArgumentError: The module asks for something that we do not have.
    """
    for key in ("module_input_name", "module_output_name"):
        if config.get(key) not in (None, "sentence_embedding"):
            raise InvalidArgumentError(
                f"[feature-extraction] {folder}: {key} {config[key]!r} is not supported; "
                "choose a pooling by name"
            )
    if kind == "Normalize":
        return normalized
    return (
        _dense(folder, config, name_or_path, options)
        if kind == "Dense"
        else _layer_norm(folder, config, name_or_path, options)
    )


def _dense(
    folder: str, config: Mapping[str, Any], name_or_path: str, options: LoadOptions
) -> Dense:
    name = str(config.get("activation_function", "torch.nn.modules.activation.Tanh"))
    activation = name.rpartition(".")[2]
    if config.get("use_residual") or activation not in ACTIVATIONS:
        asked = "use_residual" if config.get("use_residual") else f"activation_function {name!r}"
        raise InvalidArgumentError(
            f"[feature-extraction] {folder}: {asked} is not supported; there are "
            f"{', '.join(ACTIVATIONS)}"
        )
    tensors = _weights(folder, ("linear.weight", "linear.bias"), name_or_path, options)
    weight = tensors["linear.weight"]
    bias = tensors.get("linear.bias", np.zeros(len(weight), np.float32))
    shape = (config.get("out_features"), config.get("in_features"))
    if weight.shape != shape or bias.shape != shape[:1]:
        raise FileFormatError(
            f"[{folder}] config.json says {shape} for the weights, and they have {weight.shape} "
            f"and {bias.shape}"
        )
    return Dense(weight, bias, activation)


def _layer_norm(
    folder: str, config: Mapping[str, Any], name_or_path: str, options: LoadOptions
) -> LayerNorm:
    tensors = _weights(folder, ("norm.weight", "norm.bias"), name_or_path, options)
    weight = tensors["norm.weight"]
    bias = tensors.get("norm.bias", np.zeros(len(weight), np.float32))
    shape = (config.get("dimension"),)
    if weight.shape != shape or bias.shape != shape:
        raise FileFormatError(
            f"[{folder}] config.json says {shape} for the weights, and they have {weight.shape} "
            f"and {bias.shape}"
        )
    return LayerNorm(weight, bias)


def _weights(
    folder: str, names: tuple[str, ...], name_or_path: str, options: LoadOptions
) -> dict[str, Vectors]:
    """Tensors of the folder's model.safetensors; the first of `names` is there."""
    name = f"{folder}/model.safetensors"
    path = files.find_named_file(name_or_path, name, options, named_by="modules.json")
    if path is None:
        raise FileFormatError(
            f"[{folder}] {name_or_path} has no {name}. A pytorch_model.bin is a pickle, which may "
            "run code, and is never read: save the model again with safe_serialization=True"
        )
    tensors = read_tensors(path, names)
    if names[0] not in tensors:
        raise FileFormatError(f"[{path}] has no tensor {names[0]}")
    return tensors


def _check_width(place: str, vectors: Vectors, width: int) -> None:
    if vectors.shape[1] != width:
        raise FileFormatError(
            f"[feature-extraction] {place} of modules.json takes vectors of {width} dimensions, "
            f"and the pooling gives {vectors.shape[1]}"
        )
