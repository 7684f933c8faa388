"""The recipe that sentence-transformers lays beside a model (modules.json)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from onnxformers.errors import FileFormatError, InvalidArgumentError, MissingFileError
from onnxformers.hub import files
from onnxformers.hub.json_files import load_json_array, load_json_object

if TYPE_CHECKING:
    from onnxformers.hub import LoadOptions

_log = logging.getLogger("onnxformers")

#: Key of 1_Pooling/config.json -> name of the pooling in the core, in the order in which they are
#: joined.
_POOLING_KEYS = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """How token vectors become the embedding of a text.

    Attributes:
        poolings: Poolings of the core; several are joined along the width.
        normalize: Whether the embedding is scaled to length 1.
        max_length: Longest input in tokens, None when the files do not say.
    """

    poolings: tuple[str, ...]
    normalize: bool
    max_length: int | None


def read_recipe(name_or_path: str, options: LoadOptions) -> Recipe:
    """Read modules.json, the pooling's config.json and sentence_bert_config.json.

    Returns:
        The recipe; mean pooling (with a log line) when the model has no modules.json.

    Raises:
        FileFormatError: A file is broken.
        InvalidArgumentError: A module is there that we do not have (Dense, LSTM, ...).

    Source: sentence-transformers, SentenceTransformer and its Pooling module.
    """
    path = files.find_file(name_or_path, "modules.json", options)
    if path is None:
        _log.warning("%s has no modules.json: pooling='auto' takes the mean", name_or_path)
        return Recipe(poolings=("mean",), normalize=False, max_length=None)
    poolings: tuple[str, ...] = ()
    normalize = False
    for module in load_json_array(path):
        kind, folder = _module(module)
        if kind == "Pooling":
            poolings = _poolings(_module_config(name_or_path, folder, options))
        elif kind == "Normalize":
            normalize = True
        elif kind != "Transformer":
            raise InvalidArgumentError(
                f"[feature-extraction] pooling='auto': module {kind!r} of modules.json is not "
                "supported; choose a pooling by name"
            )
    settings = files.find_json(name_or_path, "sentence_bert_config.json", options) or {}
    length = settings.get("max_seq_length")
    return Recipe(poolings or ("mean",), normalize, length if isinstance(length, int) else None)


def _module(module: Any) -> tuple[str, str]:
    """The class name and the folder of one entry."""
    kind = module.get("type") if isinstance(module, dict) else None
    path = module.get("path", "") if isinstance(module, dict) else None
    if not isinstance(kind, str) or not isinstance(path, str):
        raise FileFormatError(f"[modules.json] expected objects with type and path, got {module!r}")
    return kind.rsplit(".", 1)[-1], path


def _module_config(name_or_path: str, folder: str, options: LoadOptions) -> dict[str, Any]:
    """The config.json in the folder that modules.json names; a path out of the model is refused."""
    name = f"{folder}/config.json"
    path = files.find_named_file(name_or_path, name, options, named_by="modules.json")
    if path is None:
        raise MissingFileError(f"[modules.json] {name_or_path} has no {name}")
    return load_json_object(path)


def _poolings(config: dict[str, Any]) -> tuple[str, ...]:
    chosen = tuple(name for key, name in _POOLING_KEYS.items() if config.get(key) is True)
    if not chosen:
        raise FileFormatError("[1_Pooling/config.json] no pooling mode is switched on")
    return chosen
