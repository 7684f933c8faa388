from __future__ import annotations
import collections.abc
import numpy
import numpy.typing
import typing

__all__: list[str] = [
    "Spectrogram",
    "SpectrogramStream",
    "active_runs",
    "dynamic_time_warping",
    "frame_timbre",
    "hertz_to_mel",
    "median_filter",
    "mel_filter_bank",
    "mel_to_hertz",
    "window",
]

class Spectrogram:
    """
    A short-time Fourier transform and all that follows it, for one set of options; onnxformers.audio.spectrogram says what they mean.
    """
    def __init__(
        self,
        window: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
        *,
        hop_length: typing.SupportsInt | typing.SupportsIndex,
        fft_length: typing.SupportsInt | typing.SupportsIndex,
        mel_filters: typing.Annotated[numpy.typing.ArrayLike, numpy.float64] | None = None,
        power: typing.SupportsFloat | typing.SupportsIndex = 1.0,
        center: bool = True,
        pad_mode: str = "reflect",
        preemphasis: typing.SupportsFloat | typing.SupportsIndex | None = None,
        remove_dc_offset: bool = False,
        dither: typing.SupportsFloat | typing.SupportsIndex = 0.0,
        seed: typing.SupportsInt | typing.SupportsIndex = 0,
        mel_floor: typing.SupportsFloat | typing.SupportsIndex = 1e-10,
        log_mel: str | None = None,
        reference: typing.SupportsFloat | typing.SupportsIndex = 1.0,
        min_value: typing.SupportsFloat | typing.SupportsIndex = 1e-10,
        db_range: typing.SupportsFloat | typing.SupportsIndex | None = None,
        whisper_range: bool = False,
        max_num_frames: typing.SupportsInt | typing.SupportsIndex | None = None,
        min_num_frames: typing.SupportsInt | typing.SupportsIndex | None = None,
        do_pad: bool = True,
        transpose: bool = False,
    ) -> None: ...
    def frames(self, samples: typing.SupportsInt | typing.SupportsIndex) -> int:
        """
        Frames of a waveform so long.
        """
    def run(
        self, waveform: numpy.ndarray, threads: typing.SupportsInt | typing.SupportsIndex = 0
    ) -> numpy.typing.NDArray[numpy.float32]:
        """
        Float32 of shape (rows, frames); threads=0 for as many as pay.
        """
    def run_batch(
        self,
        waveforms: collections.abc.Sequence[numpy.ndarray],
        threads: typing.SupportsInt | typing.SupportsIndex = 0,
    ) -> numpy.typing.NDArray[numpy.float32]:
        """
        Float32 of shape (waveforms, rows, frames), of waveforms with the same frames.
        """
    def run_complex(
        self, waveform: numpy.ndarray, threads: typing.SupportsInt | typing.SupportsIndex = 0
    ) -> numpy.typing.NDArray[numpy.complex64]:
        """
        Complex64 of shape (bins, frames).
        """

class SpectrogramStream:
    """
    The frames of a sound that comes in pieces, as rows.
    """
    def __init__(self, transform: Spectrogram, *, is_complex: bool = False) -> None: ...
    def feed(self, piece: numpy.ndarray) -> numpy.ndarray:
        """
        Frames that the piece completes.
        """
    def finish(self) -> numpy.ndarray:
        """
        The last frames; the stream takes no more.
        """

def active_runs(
    scores: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    threshold: typing.SupportsFloat | typing.SupportsIndex,
    low: typing.SupportsFloat | typing.SupportsIndex,
    patience: typing.SupportsInt | typing.SupportsIndex,
) -> list[tuple[int, int]]:
    """
    First frame of each active stretch, and the one behind its last.
    """

def dynamic_time_warping(
    costs: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> tuple[numpy.typing.NDArray[numpy.int64], numpy.typing.NDArray[numpy.int64]]:
    """
    The steps of both series along the cheapest way through costs of shape (first, second).
    """

def frame_timbre(
    sound: typing.Annotated[numpy.typing.ArrayLike, numpy.float32],
    frame_length: typing.SupportsInt | typing.SupportsIndex,
    first_bin: typing.SupportsInt | typing.SupportsIndex,
    last_bin: typing.SupportsInt | typing.SupportsIndex,
) -> tuple[numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.float64]]:
    """
    Energy and spectral flatness of each frame.
    """

def hertz_to_mel(
    hertz: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], mel_scale: str
) -> numpy.typing.NDArray[numpy.float64]:
    """
    Of any shape.
    """

def median_filter(
    rows: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    width: typing.SupportsInt | typing.SupportsIndex,
) -> numpy.typing.NDArray[numpy.float64]:
    """
    The median of `width` values around each one, in rows of shape (rows, values).
    """

def mel_filter_bank(
    bins: typing.SupportsInt | typing.SupportsIndex,
    filters: typing.SupportsInt | typing.SupportsIndex,
    lowest: typing.SupportsFloat | typing.SupportsIndex,
    highest: typing.SupportsFloat | typing.SupportsIndex,
    sampling_rate: typing.SupportsInt | typing.SupportsIndex,
    *,
    mel_scale: str,
    equal_areas: bool,
    over_mels: bool,
) -> numpy.typing.NDArray[numpy.float64]:
    """
    Triangular filters, shape (bins, filters).
    """

def mel_to_hertz(
    mels: typing.Annotated[numpy.typing.ArrayLike, numpy.float64], mel_scale: str
) -> numpy.typing.NDArray[numpy.float64]:
    """
    Of any shape.
    """

def window(
    name: str, length: typing.SupportsInt | typing.SupportsIndex, periodic: bool
) -> numpy.typing.NDArray[numpy.float64]:
    """
    A window, shape (length,).
    """
