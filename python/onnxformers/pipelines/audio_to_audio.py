"""Audio to audio: speech without its noise, or the sources of a mixture."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import FileFormatError, UnsupportedModelError
from onnxformers.pipelines.audio import AudioOnlyPipeline
from onnxformers.pipelines.base import CallOptions
from onnxformers.pipelines.frame_models import FrameModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from onnxformers.pipelines.audio import Waveform
    from onnxformers.pipelines.audio_results import Source

_TASK = "audio-to-audio"
_RATE = 16_000


class AudioToAudioPipeline(
    AudioOnlyPipeline[CallOptions, "list[Source]", "list[list[Source]]", "list[Source]"]
):
    """Enhances speech or separates sources, with a model of one file.

    Such a model takes samples of shape (1, samples) or (1, 1, samples) and gives as many, of one
    source or several; or it takes one frame of a spectrum after the other, with states between
    them (GTCRN). The rate is the config's `sampling_rate`, else 16000.

    Call it with a sound (a path, a URL, bytes, an array at the model's rate, a pair of an array and
    its rate), a list or a generator of them.

    Returns:
        For a sound: a list of `Source`, ``{"label", "audio", "sampling_rate"}``, one for each
        source. For a list: such a list for each sound. For a generator: a generator of them.

    Raises:
        InvalidArgumentError: A sound without samples, an empty list, an unknown option.
        InvalidTypeError: Something that is no sound.
        UnsupportedModelError: The model takes something else than sound.

    Example:
        >>> from onnxformers import pipeline
        >>> enhance = pipeline("audio-to-audio", "xiaobin-rong/gtcrn")  # doctest: +SKIP
        >>> enhance("noisy.wav")[0]["audio"].shape  # doctest: +SKIP
        (176000,)

    Source: spec/inference, audioToAudio.
    """

    def __init__(self, **parts: Any) -> None:
        # Such models come without a feature extractor: what they hear is sound itself.
        parts.pop("processor", None)
        super().__init__(processor=_NoFeatures(parts["model"].config), **parts)

    @cached_property
    def _frames(self) -> FrameModel | None:
        return FrameModel.of(self.model)

    def run_many(self, items: Sequence[Any], options: CallOptions) -> list[Any]:
        """The sources of each sound, in the order given."""
        return [self._sources(self.read(item), options) for item in items]

    def _sources(self, waveform: Waveform, options: CallOptions) -> list[Source]:
        if self._frames is not None:
            sources = self._frames.run(waveform, options.timeout_s, options.cancel)[None]
        else:
            sources = self._separate(waveform, options)
        labels = self.model.config.get("id2label") or {}
        return [
            {
                "label": str(labels.get(place, f"source_{place}")),
                "audio": np.ascontiguousarray(source[: len(waveform)], np.float32),
                "sampling_rate": self.sampling_rate,
            }
            for place, source in enumerate(sources)
        ]

    def _separate(self, waveform: Waveform, options: CallOptions) -> NDArray[np.float32]:
        """Sources of shape (sources, samples), of a model that hears all at once."""
        nodes = self.model.session.inputs
        rank = len(nodes[0].shape)
        if len(nodes) != 1 or rank not in (2, 3) or not nodes[0].dtype.startswith("float"):
            raise UnsupportedModelError(
                f"[{_TASK}] the model must take samples of shape (1, samples) or (1, 1, samples); "
                f"it takes {', '.join(f'{node.name} {node.shape}' for node in nodes)}"
            )
        given = waveform[None] if rank == 2 else waveform[None, None]
        outputs = self.model(
            **{nodes[0].name: given}, timeout_s=options.timeout_s, cancel=options.cancel
        )
        found = np.asarray(next(iter(outputs.values())), np.float32)
        if found.ndim not in (2, 3) or len(found) != 1:
            raise FileFormatError(
                f"[{_TASK}] the model must give sound of shape (1, sources, samples), got "
                f"{found.shape}"
            )
        return found if found.ndim == 2 else found[0]


class _NoFeatures:
    """Stands for the feature extractor of models that hear sound itself."""

    def __init__(self, config: Any) -> None:
        self.sampling_rate = int(config.get("sampling_rate") or _RATE)
