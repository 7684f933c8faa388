"""Models of the Silero family: the probability of speech in each frame of a sound or stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from onnxformers.errors import InvalidArgumentError, UnsupportedModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.models import PreTrainedModel

    Waveform = NDArray[np.float32]

_PLACE = "voice activity"


class SileroGraph:
    """What a Silero model takes and gives.

    Args:
        model: Of version 4 or later; inputs `input`, `sr`, and `state` or `h` and `c`.

    Raises:
        UnsupportedModelError: It is no such model.
    """

    SIZES: ClassVar = {16_000: 512, 8_000: 256}
    _STATES: ClassVar = {"state": (2, 1, 128), "h": (2, 1, 64), "c": (2, 1, 64)}

    def __init__(self, model: PreTrainedModel) -> None:
        self.session = model.session
        inputs = [node.name for node in model.session.inputs]
        outputs = [node.name for node in model.session.outputs]
        self.states = [name for name in self._STATES if name in inputs]
        self._next = [f"{name}{suffix}" for name in self.states for suffix in "nN"
                      if f"{name}{suffix}" in outputs]  # fmt: skip
        if not {"input", "sr"} <= set(inputs) or len(self._next) != len(self.states):
            raise UnsupportedModelError(
                f"[{_PLACE}] {model.name_or_path} is no Silero model: it takes {', '.join(inputs)}"
            )
        if not self.states or outputs[0] != "output":
            raise UnsupportedModelError(f"[{_PLACE}] {model.name_or_path} keeps no state")
        # From version 5 on the model wants the last samples of the frame before.
        self._context = 8 if "state" in self.states else 0

    def open(self, sampling_rate: int) -> SileroRun:
        """A run over one sound.

        Raises:
            InvalidArgumentError: Another rate than 16000 or 8000.
        """
        size = self.SIZES.get(sampling_rate)
        if size is None:
            raise InvalidArgumentError(
                f"[{_PLACE}] Silero hears 16000 or 8000 samples a second, got {sampling_rate}"
            )
        feeds: dict[str, Any] = {n: np.zeros(self._STATES[n], np.float32) for n in self.states}
        feeds["sr"] = np.array(sampling_rate, np.int64)
        return SileroRun(self, size, size // self._context if self._context else 0, feeds)

    def step(self, feeds: dict[str, Any]) -> float:
        """Probability of speech in a frame; the states in `feeds` go on."""
        output, *states = self.session.run(feeds, ["output", *self._next])
        feeds.update(zip(self.states, states, strict=True))
        return float(output[0, 0])


class SileroRun:
    """A sound that comes piece by piece.

    Args:
        graph: The model.
        size: Samples of a frame.
        context: Samples of the frame before it that the model wants, too.
        feeds: States and rate, as they are at the begin.
    """

    def __init__(self, graph: SileroGraph, size: int, context: int, feeds: dict[str, Any]) -> None:
        self.size = size
        self._graph, self._context, self._feeds = graph, context, feeds
        self._held: Waveform = np.zeros(context, np.float32)

    def feed(self, samples: Waveform) -> list[float]:
        """Probability of speech in each frame that is whole by now."""
        self._held = np.concatenate([self._held, samples])
        scores = []
        begin, length = 0, self._context + self.size
        while begin + length <= len(self._held):
            self._feeds["input"] = self._held[None, begin : begin + length]
            scores.append(self._graph.step(self._feeds))
            begin += self.size
        self._held = self._held[begin:]
        return scores

    def finish(self) -> list[float]:
        """The same for what is left, filled with silence."""
        left = len(self._held) - self._context
        return self.feed(np.zeros(self.size - left, np.float32)) if left else []
