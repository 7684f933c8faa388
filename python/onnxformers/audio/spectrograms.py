"""Spectrograms, of whole sounds and of sounds that are still coming."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers._native import audio as native
from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.options import check_count, override

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class SpectrogramOptions:
    """What `spectrogram` takes by name.

    Attributes:
        fft_length: Points of the transform; frames are followed by zeros up to it. None for
            frame_length.
        power: Of the magnitude: 1.0 for amplitudes, 2.0 for powers, None for complex numbers.
        center: Pad the waveform so that frame t is around sample t * hop_length.
        pad_mode: With what: constant (zeros), edge, or reflect.
        onesided: False for negative frequencies too, fft_length bins.
        preemphasis: Each sample loses this much of the one before it.
        mel_filters: Bank of shape (fft_length // 2 + 1, filters), see `mel_filter_bank`.
        mel_floor: Least value of a filter.
        log_mel: log (natural), log10 or dB; None for none.
        reference: Of 0 dB.
        min_value: Less counts as this much before decibels are taken.
        db_range: Nothing lies further below the loudest value, in dB.
        remove_dc_offset: Take away each frame's mean, before preemphasis.
        dither: Standard deviation of normal noise that is added to each frame before all else;
            0.0 for none.
        seed: Of that noise: one seed gives one noise, for any threads and any cut of a stream.
        max_num_frames: Compute no more frames.
        min_num_frames: Compute at least so many; what lies beyond the sound is zeros.
        do_pad: With `max_num_frames`, fill up to it with frames of 0.
        transpose: Shape (frames, bins) instead of (bins, frames).
    """

    fft_length: int | None = None
    power: float | None = 1.0
    center: bool = True
    pad_mode: str = "reflect"
    onesided: bool = True
    preemphasis: float | None = None
    mel_filters: ArrayLike | None = None
    mel_floor: float = 1e-10
    log_mel: str | None = None
    reference: float = 1.0
    min_value: float = 1e-10
    db_range: float | None = None
    remove_dc_offset: bool = False
    dither: float = 0.0
    seed: int = 0
    max_num_frames: int | None = None
    min_num_frames: int | None = None
    do_pad: bool = True
    transpose: bool = False

    def __post_init__(self) -> None:
        place = "spectrogram"
        if self.power is None and (self.mel_filters is not None or self.log_mel is not None):
            raise InvalidArgumentError(
                f"[{place}] power=None gives complex numbers, which mel_filters and log_mel cannot "
                "take; give power=2.0 or power=1.0"
            )
        if self.mel_filters is not None and not self.onesided:
            raise InvalidArgumentError(f"[{place}] mel_filters need onesided=True")
        if type(self.seed) is not int or not 0 <= self.seed < 2**64:
            raise InvalidArgumentError(
                f"[{place}] seed must be an int of 0 to 2**64 - 1, got {self.seed!r}"
            )
        for name in ("max_num_frames", "min_num_frames", "fft_length"):
            value = getattr(self, name)
            if value is not None:
                check_count(value, name, place)


def spectrogram(
    waveform: ArrayLike, window: ArrayLike, frame_length: int, hop_length: int, **options: Any
) -> NDArray[Any]:
    """How strong each frequency is in each stretch of a sound.

    Args:
        waveform: Mono samples, shape (samples,).
        window: Shape (frame_length,), see `window_function`.
        frame_length: Samples a frame.
        hop_length: Samples from one frame to the next.
        **options: The fields of `SpectrogramOptions`.

    Returns:
        Shape (bins or filters, frames), or (frames, ...) with `transpose`; float32, or complex64
        for ``power=None``. Transforms and sums are made in float64.

    Raises:
        InvalidArgumentError: An option is unknown or does not fit, or the waveform is shorter than
            a frame.
        InvalidTypeError: The waveform does not hold real numbers.

    Example:
        >>> tone = np.sin(np.arange(1600) * 0.5)
        >>> spectrogram(tone, window_function(400), 400, 160, power=2.0).shape
        (201, 11)

    Source: spec/transformers.js/utils_audio.md, spectrogram.
    """
    chosen = override(SpectrogramOptions(), options, "spectrogram")
    transform = _transform(window, frame_length, hop_length, chosen)
    samples = _real(waveform)
    if chosen.power is None:
        result: NDArray[Any] = transform.run_complex(samples)
    else:
        result = transform.run(samples)
    if not chosen.onesided:
        result = _both_sides(result, chosen.fft_length or frame_length, chosen.transpose)
    return result


class SpectrogramStream:
    """The spectrogram of a sound that comes in pieces: constant memory for any length.

    All frames together are, bit by bit, what `spectrogram` gives for the joined pieces.

    Args:
        window: Shape (frame_length,).
        frame_length: Samples a frame.
        hop_length: Samples from one frame to the next.
        **options: The fields of `SpectrogramOptions`, without those that need the whole sound:
            db_range, max_num_frames and min_num_frames. Frames always come as rows (`transpose`).

    Raises:
        InvalidArgumentError: An option is unknown, does not fit, or needs the whole sound.

    Example:
        >>> stream = SpectrogramStream(window_function(400), 400, 160, power=2.0)
        >>> [len(stream.feed(np.zeros(800, np.float32))), len(stream.finish())]
        [4, 2]
    """

    def __init__(
        self, window: ArrayLike, frame_length: int, hop_length: int, **options: Any
    ) -> None:
        place = "SpectrogramStream"
        whole = {"db_range", "max_num_frames", "min_num_frames"} & options.keys()
        if whole:
            raise InvalidArgumentError(f"[{place}] {sorted(whole)[0]} needs the whole sound")
        chosen = override(SpectrogramOptions(), {**options, "transpose": True}, place)
        self._both = None if chosen.onesided else chosen.fft_length or frame_length
        self._stream = native.SpectrogramStream(
            _transform(window, frame_length, hop_length, chosen), is_complex=chosen.power is None
        )

    def feed(self, waveform: ArrayLike) -> NDArray[Any]:
        """Take a piece.

        Args:
            waveform: The next samples, shape (samples,).

        Returns:
            The frames that are complete now, shape (frames, bins or filters); maybe none.

        Raises:
            InvalidArgumentError: The stream is finished, or the piece not of one axis.
        """
        return self._sided(self._stream.feed(_real(waveform)))

    def finish(self) -> NDArray[Any]:
        """The last frames, whose end lies beyond the sound; the stream takes no more."""
        return self._sided(self._stream.finish())

    def _sided(self, frames: NDArray[Any]) -> NDArray[Any]:
        return frames if self._both is None else _both_sides(frames, self._both, True)


def _transform(
    window: ArrayLike, frame_length: int, hop_length: int, chosen: SpectrogramOptions
) -> native.Spectrogram:
    place = "spectrogram"
    check_count(frame_length, "frame_length", place)
    check_count(hop_length, "hop_length", place)
    points = np.ascontiguousarray(window, np.float64)
    if points.shape != (frame_length,):
        raise InvalidArgumentError(
            f"[{place}] the window must have the shape ({frame_length},), got {points.shape}; "
            "window_function(..., frame_length=) pads one"
        )
    filters = chosen.mel_filters
    return native.Spectrogram(
        points,
        hop_length=hop_length,
        fft_length=chosen.fft_length or frame_length,
        mel_filters=None if filters is None else np.ascontiguousarray(filters, np.float64),
        power=1.0 if chosen.power is None else float(chosen.power),
        center=chosen.center,
        pad_mode=chosen.pad_mode,
        preemphasis=chosen.preemphasis,
        remove_dc_offset=bool(chosen.remove_dc_offset),
        dither=float(chosen.dither),
        seed=chosen.seed,
        mel_floor=chosen.mel_floor,
        log_mel=chosen.log_mel,
        reference=chosen.reference,
        min_value=chosen.min_value,
        db_range=chosen.db_range,
        max_num_frames=chosen.max_num_frames,
        min_num_frames=chosen.min_num_frames,
        do_pad=chosen.do_pad,
        transpose=chosen.transpose,
    )


def _real(waveform: ArrayLike) -> NDArray[Any]:
    samples = np.asarray(waveform)
    if samples.dtype.kind not in "fiu":
        raise InvalidTypeError(
            f"[spectrogram] the waveform must hold real numbers, got {samples.dtype}"
        )
    if samples.ndim != 1:
        raise InvalidArgumentError(
            f"[spectrogram] the waveform must have the shape (samples,), got {samples.shape}"
        )
    wanted = np.float32 if samples.dtype.itemsize <= 4 and samples.dtype.kind == "f" else np.float64
    return np.ascontiguousarray(samples, wanted)


def _both_sides(half: NDArray[Any], fft_length: int, is_transposed: bool) -> NDArray[Any]:
    """The bins of negative frequencies behind those of positive ones: of real sounds, mirrored."""
    axis = 1 if is_transposed else 0
    mirrored = np.arange((fft_length - 1) // 2, 0, -1)
    return np.concatenate([half, np.conj(half.take(mirrored, axis))], axis)
