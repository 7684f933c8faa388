"""From a model's name to open sessions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from onnxformers.configs import PretrainedConfig, load_config
from onnxformers.hub import LoadOptions, files
from onnxformers.hub.variants import requested_dtype
from onnxformers.options import refuse_unknown
from onnxformers.runtime import SessionOptions, prepare_session

if TYPE_CHECKING:
    from onnxformers._native.runtime import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOptions:
    """How a model is loaded.

    Attributes:
        files: Where files come from: revision, subfolder, cache_dir, local_files_only, token,
            progress_callback.
        config: Takes the place of the folder's config.json.
        device: "cpu" (default), "cuda", "cuda:1", "tensorrt", "auto", or providers as onnxruntime
            takes them; a dict gives one for each file stem.
        dtype: "auto", "fp32", "fp16", "int8", "uint8", "q8", "q4", "q4f16" or "bnb4"; a dict gives
            one for each file stem. None: the config's choice, else fp32, else the only variant
            there.
        quantized: The way of Transformers.js 2: True for q8, False for fp32.
        model_file_name: Stem of the ONNX file in place of "model".
        use_external_data_format: The weights lie beside the graph (model.onnx_data).
        session_options: `SessionOptions` or a dict of its fields.
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
        return cls(
            files=LoadOptions(**{k: v for k, v in keywords.items() if k in file_names}),
            **{k: v for k, v in keywords.items() if k in own},
        )

    def read_config(self, name_or_path: str) -> PretrainedConfig:
        """The config given, else the folder's config.json."""
        if self.config is not None:
            return self.config
        return load_config(name_or_path, self.files)

    def device_for(self, stem: str) -> Any:
        """The device asked for one file, None when nothing was asked."""
        return self.device.get(stem) if isinstance(self.device, Mapping) else self.device


def open_sessions(
    name_or_path: str, stems: tuple[str, ...], config: PretrainedConfig, options: ModelOptions
) -> dict[str, Session]:
    """Find and open the sessions of a model.

    Returns:
        File stem -> open session.

    Raises:
        MissingFileError: A file or the variant asked for is not there.
        FileFormatError: ONNX Runtime or our own check refuses a file.
        ProviderError: The device asked for is not available.
    """
    return prepare_sessions(name_or_path, stems, config, options)()


def prepare_sessions(
    name_or_path: str, stems: tuple[str, ...], config: PretrainedConfig, options: ModelOptions
) -> Callable[[], dict[str, Session]]:
    """Find the sessions of a model; what it returns opens them, on any thread.

    Raises:
        MissingFileError: A file or the variant asked for is not there.
        FileFormatError: ONNX Runtime or our own check refuses a file.
        ProviderError: The device asked for is not available.
    """
    prepared = {}
    for stem in stems:
        file = files.model_file(
            name_or_path,
            options.model_file_name or stem,
            requested_dtype(options.dtype, options.quantized),
            options.files,
            use_external_data_format=options.use_external_data_format,
            config_dtype=config.js_config.get("dtype"),
        )
        prepared[stem] = prepare_session(
            file.path, device=options.device_for(stem), options=options.session_options
        )
    return lambda: {stem: open_one() for stem, open_one in prepared.items()}
