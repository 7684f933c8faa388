"""Models that hear one frame of a spectrum after the other, with states in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.models.graph import Budget

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from typing_extensions import Self

    from onnxformers._native.runtime import CancelToken, NodeInfo
    from onnxformers.models import PreTrainedModel


class FrameModel:
    """A model of frames of shape (1, bins, 1, 2): real and imaginary parts.

    Frames overlap by half and are seen through the root of a Hann window, before and behind the
    model.

    Args:
        model: Its first input and output are the frame; the others are states.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        frame, *states = model.session.inputs
        self._session = model.session
        self._frame = frame.name
        self._states = [state.name for state in states]
        self._zeros = {s.name: np.zeros(_static(s), np.float32) for s in states}
        self._outputs = [node.name for node in model.session.outputs]
        self._size = 2 * (int(frame.shape[1] or 0) - 1)
        self._hop = int(model.config.get("hop_length") or self._size // 2)
        # Periodic, as spectra want it.
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(self._size) / self._size)
        self._window = np.sqrt(hann).astype(np.float32)

    @classmethod
    def of(cls, model: PreTrainedModel) -> Self | None:
        """The model as one of frames; None where it is none."""
        inputs, outputs = model.session.inputs, model.session.outputs
        shapes = [node.shape if node.is_rank_known else () for node in inputs]
        is_frame = len(shapes[0]) == 4 and shapes[0][2:] == (1, 2) and len(inputs) > 1
        has_states = all(isinstance(size, int) for shape in shapes for size in shape)
        if not is_frame or not has_states or len(outputs) != len(inputs):
            return None
        return cls(model)

    def run(
        self, waveform: NDArray[np.float32], timeout_s: float | None, cancel: CancelToken | None
    ) -> NDArray[np.float32]:
        """What the model makes of a sound, of shape (samples,).

        Raises:
            RunTimeoutError, RunCancelledError: As asked for.
        """
        budget = Budget(timeout_s, cancel)
        half = self._size // 2
        padded = np.pad(waveform, half, mode="reflect" if len(waveform) > half else "constant")
        padded = np.pad(padded, (0, -(len(padded) - self._size) % self._hop))
        frames = np.lib.stride_tricks.sliding_window_view(padded, self._size)[:: self._hop]
        spectra = np.fft.rfft(frames * self._window, axis=1)
        made = np.empty_like(spectra)
        feeds: dict[str, Any] = dict(self._zeros)
        for place, spectrum in enumerate(spectra):
            parts = np.stack([spectrum.real, spectrum.imag], axis=-1).astype(np.float32)
            feeds[self._frame] = parts[None, :, None]
            found, *states = self._session.run(
                feeds, self._outputs, timeout_s=budget.left_s, cancel=budget.cancel
            )
            made[place] = found[0, :, 0, 0] + 1j * found[0, :, 0, 1]
            feeds.update(zip(self._states, states, strict=True))
        sound = self._overlap(np.fft.irfft(made, self._size, axis=1), len(padded))
        return sound[half : half + len(waveform)].astype(np.float32)

    def _overlap(self, frames: NDArray[Any], length: int) -> NDArray[Any]:
        sound, weight = np.zeros(length), np.zeros(length)
        for place, frame in enumerate(frames):
            begin = place * self._hop
            sound[begin : begin + self._size] += frame * self._window
            weight[begin : begin + self._size] += self._window**2
        whole: NDArray[Any] = sound / np.maximum(weight, 1e-8)
        return whole


def _static(node: NodeInfo) -> tuple[int, ...]:
    return tuple(int(size) for size in node.shape if isinstance(size, int))
