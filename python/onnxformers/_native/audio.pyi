from __future__ import annotations
import numpy
import numpy.typing
import typing

__all__: list[str] = ["Spectrogram", "dynamic_time_warping", "median_filter"]

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
    def run_complex(
        self, waveform: numpy.ndarray, threads: typing.SupportsInt | typing.SupportsIndex = 0
    ) -> numpy.typing.NDArray[numpy.complex64]:
        """
        Complex64 of shape (bins, frames).
        """

def dynamic_time_warping(
    costs: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
) -> tuple[numpy.typing.NDArray[numpy.int64], numpy.typing.NDArray[numpy.int64]]:
    """
    The steps of both series along the cheapest way through costs of shape (first, second).
    """

def median_filter(
    rows: typing.Annotated[numpy.typing.ArrayLike, numpy.float64],
    width: typing.SupportsInt | typing.SupportsIndex,
) -> numpy.typing.NDArray[numpy.float64]:
    """
    The median of `width` values around each one, in rows of shape (rows, values).
    """
