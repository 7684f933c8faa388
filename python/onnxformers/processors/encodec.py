"""Samples for codecs: EnCodec, MusicGen, Mimi, DAC and SNAC."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from onnxformers.errors import FileFormatError, InvalidArgumentError
from onnxformers.processors.batch_feature import BatchFeature
from onnxformers.processors.sound_padding import Padding
from onnxformers.processors.sounds import SoundExtractor

if TYPE_CHECKING:
    from collections.abc import Mapping


class EncodecFeatureExtractor(SoundExtractor):
    """Samples in one or two channels, padded to whole chunks where the config has chunks.

    Example:
        >>> EncodecFeatureExtractor()(np.zeros(24000)).input_values.shape
        (1, 1, 24000)

    Source: transformers 4.46.3, EncodecFeatureExtractor.
    """

    defaults = MappingProxyType(
        {
            "feature_size": 1,
            "sampling_rate": 24000,
            "padding_value": 0.0,
            "padding_side": "right",
            "chunk_length_s": None,
            "overlap": None,
        }
    )
    call_options = frozenset({"padding", "max_length", "truncation"})
    model_input_names: ClassVar[tuple[str, ...]] = ("input_values", "padding_mask")
    counts: ClassVar[tuple[str, ...]] = ("sampling_rate", "feature_size")
    #: Whether padded sounds come with a mask.
    gives_mask: ClassVar[bool] = True

    @classmethod
    def read_settings(cls, config: Mapping[str, Any], place: str) -> dict[str, Any]:
        """The settings, with the samples of a chunk and from one chunk to the next."""
        settings = super().read_settings(config, place)
        if settings["feature_size"] > 2:
            raise FileFormatError(
                f"[{place}] feature_size is the number of channels, 1 or 2, "
                f"got {settings['feature_size']}"
            )
        seconds, overlap = settings["chunk_length_s"], settings["overlap"]
        length = None if seconds is None else int(seconds * settings["sampling_rate"])
        has_stride = length is not None and overlap is not None
        stride = max(1, int((1.0 - overlap) * length)) if has_stride else None
        return {**settings, "chunk_length": length, "chunk_stride": stride}

    def __call__(
        self, raw_audio: Any, *, sampling_rate: int | None = None, **options: Any
    ) -> BatchFeature:
        """Values of one sound or several.

        Args:
            raw_audio: A sound as `read_audio` takes it, or a list of them; with a feature_size of
                2 sounds of two channels, arrays of shape (2, samples).
            sampling_rate: Of the samples; only the model's is accepted.
            **options: `padding` (True unless sounds are truncated), `max_length`, `truncation`,
                and settings.

        Returns:
            `input_values`, float32 of shape (sounds, channels, samples), and when padded
            `padding_mask`, int64 of shape (sounds, samples).

        Raises:
            InvalidArgumentError: An option is unknown, or a sound cannot be used.
        """
        settings = self.settings_with(options)
        channels = settings["feature_size"]
        sounds = self.sounds_of(raw_audio, sampling_rate, channels=channels)
        rows = [sound.reshape(channels, -1).T for sound in sounds]
        padding = self.padding_of(settings, [len(row) for row in rows])
        batch = padding.apply(rows)
        values = np.ascontiguousarray(batch.values.transpose(0, 2, 1))
        features = BatchFeature(input_values=values)
        if padding.strategy != "do_not_pad" and self.gives_mask:
            features["padding_mask"] = batch.mask
        return features

    def padding_of(self, settings: Mapping[str, Any], lengths: list[int]) -> Padding:
        """The padding of a call: to whole chunks, where there are chunks.

        Args:
            settings: Of the call.
            lengths: Samples of each sound.

        Raises:
            InvalidArgumentError: Sounds are to be padded and truncated at once.
        """
        place = type(self).__name__
        truncation = bool(settings.get("truncation", False))
        padding = settings.get("padding")
        if padding and truncation:
            raise InvalidArgumentError(f"[{place}] give padding or truncation=True, not both")
        # Truncation alone still pads what is shorter, as in the reference.
        padding = True if padding is None else padding
        max_length, stride = settings.get("max_length"), settings["chunk_stride"]
        if stride is not None and max_length is None and (truncation or padding):
            steps = min(lengths) // stride if truncation else -(-max(lengths) // stride)
            max_length = max(1, (steps - 1) * stride + settings["chunk_length"])
            padding = padding if truncation else "max_length"
        chosen = {**settings, "padding": padding, "max_length": max_length}
        return Padding.of(chosen, place)


class DacFeatureExtractor(EncodecFeatureExtractor):
    """Samples in one channel, padded to a multiple of the codec's hop.

    Example:
        >>> DacFeatureExtractor()(np.zeros(1000)).input_values.shape
        (1, 1, 1024)

    Source: transformers 4.46.3, DacFeatureExtractor, whose last axis of one is left out, as in
        Transformers.js.
    """

    defaults = MappingProxyType(
        {
            "feature_size": 1,
            "sampling_rate": 16000,
            "padding_value": 0.0,
            "padding_side": "right",
            "hop_length": 512,
            "chunk_length_s": None,
            "overlap": None,
        }
    )
    model_input_names = ("input_values",)
    gives_mask = False
    counts = ("sampling_rate", "feature_size", "hop_length")

    def padding_of(self, settings: Mapping[str, Any], lengths: list[int]) -> Padding:
        """The padding of a call: to whole hops."""
        hops = {**settings, "pad_to_multiple_of": settings["hop_length"]}
        return super().padding_of(hops, lengths)
