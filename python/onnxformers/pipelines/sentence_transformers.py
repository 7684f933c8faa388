"""The recipe that sentence-transformers lays beside a model (modules.json)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NamedTuple

from onnxformers.errors import FileFormatError, InvalidArgumentError, MissingFileError
from onnxformers.hub import files
from onnxformers.hub.json_files import load_json_array, load_json_object
from onnxformers.pipelines.embedding_layers import read_layer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from onnxformers.hub import LoadOptions
    from onnxformers.pipelines.embedding_layers import Layer

_log = logging.getLogger("onnxformers")

#: Poolings of the core, which are named as in the key `pooling_mode` of 1_Pooling/config.json.
POOLINGS = ("mean", "cls", "max", "mean_sqrt_len_tokens", "weightedmean", "lasttoken")
#: Older key of 1_Pooling/config.json -> pooling, in the order in which they are joined.
_POOLING_KEYS = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}
_LAYERS = ("Dense", "LayerNorm", "Normalize")
# Of these there is nothing to do: the ONNX file is the transformer, and nothing is dropped.
_PASSED = ("Transformer", "Dropout")


class Recipe(NamedTuple):
    """How token vectors become the embedding of a text.

    Attributes:
        poolings: Poolings of the core; several are joined along the width.
        layers: What is done to the pooled vectors, before they are scaled.
        normalize: Whether the embedding is scaled to length 1 in the end.
        max_length: Longest input in tokens, None when the files do not say.
        lowers_case: Whether texts are lowercased first.
        pools_prompt: Whether the tokens of a prompt are pooled with those of the text.
    """

    poolings: tuple[str, ...] = ("mean",)
    layers: tuple[Layer, ...] = ()
    normalize: bool = False
    max_length: int | None = None
    lowers_case: bool = False
    pools_prompt: bool = True


class Prompts(NamedTuple):
    """What is put in front of texts, from config_sentence_transformers.json.

    Attributes:
        texts: Name to prompt.
        default: Name of the prompt for texts without one, None where there is none.
    """

    texts: Mapping[str, str]
    default: str | None


def read_recipe(name_or_path: str, options: LoadOptions) -> Recipe:
    """Read modules.json, the files of its modules and sentence_bert_config.json.

    Returns:
        The recipe; mean pooling (with a log line) when the model has no modules.json.

    Raises:
        FileFormatError: A file is broken, or weights are there as a pickle only.
        InvalidArgumentError: A module is there that we do not have (LSTM, CNN, ...).

    Source: sentence-transformers, SentenceTransformer and its modules.
    """
    path = files.find_file(name_or_path, "modules.json", options)
    if path is None:
        _log.warning("%s has no modules.json: pooling='auto' takes the mean", name_or_path)
        return Recipe()
    pooling: dict[str, Any] = {"pooling_mode": "mean"}
    layers: list[tuple[str, Layer]] = []
    for kind, folder in _modules(path):
        if kind == "Pooling":
            pooling = _module_config(name_or_path, folder, options)
        elif kind in _LAYERS:
            # Normalize has a config in newer folders only.
            config = _module_config(name_or_path, folder, options, optional=kind == "Normalize")
            layers.append((kind, read_layer(kind, folder, config, name_or_path, options)))
        elif kind not in _PASSED:
            raise InvalidArgumentError(
                f"[feature-extraction] pooling='auto': module {kind!r} of modules.json is not "
                "supported; choose a pooling by name"
            )
    normalizes = bool(layers) and layers[-1][0] == "Normalize"
    settings = files.find_json(name_or_path, "sentence_bert_config.json", options) or {}
    length = settings.get("max_seq_length")
    return Recipe(
        poolings=_poolings(pooling),
        layers=tuple(layer for _, layer in (layers[:-1] if normalizes else layers)),
        normalize=normalizes,
        max_length=length if isinstance(length, int) else None,
        lowers_case=settings.get("do_lower_case") is True,
        pools_prompt=pooling.get("include_prompt") is not False,
    )


def read_prompts(name_or_path: str, options: LoadOptions) -> Prompts:
    """Read the prompts of config_sentence_transformers.json.

    Raises:
        FileFormatError: The file is broken, or its default is none of the prompts.

    Source: sentence-transformers, SentenceTransformer.encode.
    """
    config = files.find_json(name_or_path, "config_sentence_transformers.json", options) or {}
    prompts = config.get("prompts") or {}
    default = config.get("default_prompt_name")
    is_map = isinstance(prompts, dict) and all(
        text is None or isinstance(text, str) for text in prompts.values()
    )
    if not is_map or (default is not None and default not in [*prompts]):
        raise FileFormatError(
            "[config_sentence_transformers.json] expected prompts by name and the name of one as "
            f"default_prompt_name, got {prompts!r} and {default!r}"
        )
    # A name without a text stands for no prompt.
    return Prompts({name: text or "" for name, text in prompts.items()}, default)


def _modules(path: Path) -> list[tuple[str, str]]:
    """The class name and the folder of each entry of modules.json."""
    modules = []
    for module in load_json_array(path):
        kind = module.get("type") if isinstance(module, dict) else None
        folder = module.get("path", "") if isinstance(module, dict) else None
        if not isinstance(kind, str) or not isinstance(folder, str):
            raise FileFormatError(
                f"[modules.json] expected objects with type and path, got {module!r}"
            )
        modules.append((kind.rsplit(".", 1)[-1], folder))
    return modules


def _module_config(
    name_or_path: str, folder: str, options: LoadOptions, *, optional: bool = False
) -> dict[str, Any]:
    """The config.json in the folder that modules.json names; a path out of the model is refused."""
    name = f"{folder}/config.json"
    path = files.find_named_file(name_or_path, name, options, named_by="modules.json")
    if path is not None:
        return load_json_object(path)
    if optional:
        return {}
    raise MissingFileError(f"[modules.json] {name_or_path} has no {name}")


def _poolings(config: dict[str, Any]) -> tuple[str, ...]:
    chosen = config.get("pooling_mode")
    if chosen is None:
        chosen = [name for key, name in _POOLING_KEYS.items() if config.get(key) is True]
    poolings = tuple(chosen) if isinstance(chosen, list) else (chosen,)
    if not poolings or any(pooling not in POOLINGS for pooling in poolings):
        raise FileFormatError(
            f"[1_Pooling/config.json] no pooling mode is switched on that is one of "
            f"{', '.join(POOLINGS)}: {', '.join(map(str, poolings)) or 'none'}"
        )
    return poolings
