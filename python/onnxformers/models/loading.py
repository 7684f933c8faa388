"""From a model's name to open sessions."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from onnxformers.configs import PretrainedConfig, load_config
from onnxformers.errors import FileFormatError, InvalidArgumentError, MissingFileError
from onnxformers.hub import LoadOptions, files
from onnxformers.hub.variants import requested_dtype
from onnxformers.models.kinds import KINDS
from onnxformers.options import refuse_unknown
from onnxformers.runtime import SessionOptions, prepare_session

if TYPE_CHECKING:
    from onnxformers._native.runtime import Session
    from onnxformers.generation import GenerationConfig

GENERATION_CONFIG = "generation_config.json"
_JS = "transformers.js_config"
_BROWSER_DEVICES = frozenset(
    {"gpu", "wasm", "webgpu", "webnn", "webnn-cpu", "webnn-gpu", "webnn-npu"}
)
_log = logging.getLogger("onnxformers")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOptions:
    """How a model is loaded.

    Attributes:
        files: Where files come from: revision, subfolder, cache_dir, local_files_only, token,
            progress_callback.
        config: Takes the place of the folder's config.json.
        device: "cpu" (default), "cuda", "cuda:1", "tensorrt", "auto", or providers as onnxruntime
            takes them; a dict gives one for each file stem ({"encoder_model": "cuda"}). None: the
            config's `transformers.js_config.device`, unless it is one of browsers.
        dtype: "auto", "fp32", "fp16", "int8", "uint8", "q8", "q4", "q4f16" or "bnb4"; a dict gives
            one for each file stem. None: the config's choice, else fp32, else the only variant
            there.
        quantized: The way of Transformers.js 2: True for q8, False for fp32.
        model_file_name: Stem of the ONNX file in place of "model"; for models of one file.
        use_external_data_format: The weights lie beside the graph (model.onnx_data): True, the
            number of such files, or a dict of these by file. They are found without it too; with
            it, none being there is an error. False leaves it to the config.
        session_options: `SessionOptions` or a dict of its fields; they hold for every file.
        trust_remote_code: Without effect: code of a repository is never run.
    """

    files: LoadOptions = field(default_factory=LoadOptions)
    config: PretrainedConfig | None = None
    device: Any = None
    dtype: str | Mapping[str, str] | None = None
    quantized: bool | None = None
    model_file_name: str | None = None
    use_external_data_format: bool | int | Mapping[str, bool | int] = False
    session_options: SessionOptions | Mapping[str, Any] | None = None
    trust_remote_code: bool = False

    @classmethod
    def from_keywords(cls, place: str, keywords: Mapping[str, Any]) -> ModelOptions:
        """Sort the keywords of a from_pretrained call.

        Raises:
            InvalidArgumentError: A keyword is unknown, or dtype and quantized are both given.
        """
        own = {f.name for f in fields(cls)} - {"files"}
        file_names = {f.name for f in fields(LoadOptions) if f.init}
        refuse_unknown(keywords, own | file_names, place)
        if keywords.get("config") is not None:
            # A copy: no two models share what the caller may change.
            keywords = {**keywords, "config": PretrainedConfig(keywords["config"])}
        return cls(
            files=LoadOptions(**{k: v for k, v in keywords.items() if k in file_names}),
            **{k: v for k, v in keywords.items() if k in own},
        )

    def read_config(self, name_or_path: str) -> PretrainedConfig:
        """The config given, else the folder's config.json."""
        if self.config is not None:
            return self.config
        return load_config(name_or_path, self.files)

    def read_generation_config(
        self, name_or_path: str, kind: str, config: PretrainedConfig
    ) -> GenerationConfig | None:
        """How the model writes: generation_config.json, else config.json; None if it does not."""
        if not KINDS[kind].generates:
            return None
        from onnxformers.generation import GenerationConfig

        values = files.find_json(name_or_path, GENERATION_CONFIG, self.files)
        if values is None:
            return GenerationConfig.from_model_config(config)
        return GenerationConfig.from_dict(values, place=f"{name_or_path}/{GENERATION_CONFIG}")

    def device_for(self, stem: str, config: PretrainedConfig) -> Any:
        """The device of one file: what was asked, else what the config says; None for neither."""
        own = self.device.get(stem) if isinstance(self.device, Mapping) else self.device
        return _device_of_config(stem, config) if own is None else own

    def external_data_for(self, config: PretrainedConfig) -> bool | int | Mapping[str, bool | int]:
        """`use_external_data_format`: what was asked, else what the config says."""
        if self.use_external_data_format or isinstance(self.use_external_data_format, Mapping):
            return self.use_external_data_format
        wish: object = config.js_config.get("use_external_data_format", False)
        if isinstance(wish, bool | int):
            return wish
        if isinstance(wish, Mapping) and all(
            isinstance(each, bool | int) for each in wish.values()
        ):
            return wish
        raise FileFormatError(
            f"[config.json] {_JS}.use_external_data_format must be true, false, a number of files, "
            f"or an object of these by file; got {wish!r}"
        )

    def refuse_unknown_files(self) -> None:
        """Raise for a file stem, in an option that is a dict by file, that no model has.

        Raises:
            InvalidArgumentError: There is such a stem; the message suggests the nearest known one.
        """
        known = {stem for kind in KINDS.values() for layout in kind.layouts for stem in layout}
        known |= {self.model_file_name} if self.model_file_name else set()
        for name in ("dtype", "device"):
            value = getattr(self, name)
            if isinstance(value, Mapping):
                refuse_unknown(value, known, name)


def _device_of_config(stem: str, config: PretrainedConfig) -> str | None:
    device = config.js_config.get("device")
    own = device.get(stem) if isinstance(device, Mapping) else device
    if own is not None and not isinstance(own, str):
        raise FileFormatError(
            f"[config.json] {_JS}.device must be a str or an object of them by file, got {own!r}"
        )
    if own in _BROWSER_DEVICES:
        _log.info("device %r of the config is for browsers: not taken", own)
        return None
    return own


def open_sessions(
    name_or_path: str, kind: str, config: PretrainedConfig, options: ModelOptions
) -> dict[str, Session]:
    """Find and open the sessions of a model.

    Args:
        name_or_path: A Hub id or a folder.
        kind: Key of `KINDS`.
        config: The model's.
        options: How to load.

    Returns:
        File stem -> open session.

    Raises:
        MissingFileError: A file or the variant asked for is not there.
        FileFormatError: ONNX Runtime or our own check refuses a file.
        ProviderError: The device asked for is not available.
        InvalidArgumentError: model_file_name for a model of several files.
    """
    return prepare_sessions(name_or_path, kind, config, options)()


def prepare_sessions(
    name_or_path: str, kind: str, config: PretrainedConfig, options: ModelOptions
) -> Callable[[], dict[str, Session]]:
    """Find the sessions of a model; what it returns opens them, on any thread.

    Arguments and errors as of `open_sessions`.
    """
    options.refuse_unknown_files()
    found = _find_files(name_or_path, kind, config, options)
    prepared = {
        stem: prepare_session(
            file.path,
            device=options.device_for(stem, config),
            options=options.session_options,
        )
        for stem, file in found.items()
    }
    return lambda: {stem: open_one() for stem, open_one in prepared.items()}


def _find_files(
    name_or_path: str, kind: str, config: PretrainedConfig, options: ModelOptions
) -> dict[str, files.ModelFile]:
    """The files of the first layout that is there; the first one's error when none is."""
    layouts = KINDS[kind].layouts
    if options.model_file_name is not None:
        if not KINDS[kind].has_one_file:
            raise InvalidArgumentError(
                f"[model_file_name] is for models of one file; this one has {', '.join(layouts[0])}"
            )
        layouts = ((options.model_file_name,),)
    first, *others = layouts
    try:
        return _find_layout(name_or_path, first, config, options)
    except MissingFileError:
        for layout in others:
            with suppress(MissingFileError):
                return _find_layout(name_or_path, layout, config, options)
        raise


def _find_layout(
    name_or_path: str, layout: tuple[str, ...], config: PretrainedConfig, options: ModelOptions
) -> dict[str, files.ModelFile]:
    return {stem: _find_file(name_or_path, stem, config, options) for stem in layout}


def _find_file(
    name_or_path: str, stem: str, config: PretrainedConfig, options: ModelOptions
) -> files.ModelFile:
    return files.model_file(
        name_or_path,
        stem,
        requested_dtype(options.dtype, options.quantized),
        options.files,
        use_external_data_format=options.external_data_for(config),
        config_dtype=config.js_config.get("dtype"),
    )
