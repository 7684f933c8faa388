"""SpeechT5: text to a spectrogram, frame by frame, and with a vocoder to sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from onnxformers.errors import FileFormatError, InvalidArgumentError, UnsupportedModelError
from onnxformers.models.base import PreTrainedModel
from onnxformers.models.feeds import make_feeds
from onnxformers.models.forward.decoder import CACHE_BRANCH
from onnxformers.models.graph import Budget
from onnxformers.models.outputs import ModelOutput
from onnxformers.models.prompts import read_ids

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from onnxformers._native.runtime import CancelToken

_SPECTRUM, _STOP, _WRITTEN = "spectrum", "prob", "output_sequence_out"


class SpeechT5ForTextToSpeech(PreTrainedModel):
    """SpeechT5 with what it does beyond other models: it speaks."""

    def generate_speech(  # noqa: PLR0913 - the face of transformers
        self,
        input_ids: ArrayLike,
        speaker_embeddings: ArrayLike,
        attention_mask: ArrayLike | None = None,
        threshold: float = 0.5,
        minlenratio: float = 0.0,
        maxlenratio: float = 20.0,
        vocoder: PreTrainedModel | None = None,
        *,
        timeout_s: float | None = None,
        cancel: CancelToken | None = None,
    ) -> ModelOutput:
        """Say a text.

        Args:
            input_ids: Its tokens, of shape (1, tokens).
            speaker_embeddings: Whose voice it is, of shape (1, width) or (width,).
            attention_mask: Without effect: there is one text.
            threshold: It ends where a frame's probability of being the last reaches this.
            minlenratio: Frames that there are at least, for each token, in groups of the
                config's reduction_factor.
            maxlenratio: Frames that there are at most, counted likewise.
            vocoder: A model that makes sound of the spectrogram, such as `SpeechT5HifiGan`.
            timeout_s: Raise after this many seconds.
            cancel: Raise when this token is cancelled.

        Returns:
            `spectrogram` of shape (frames, mels); with a vocoder also `waveform` of shape
            (samples,).

        Raises:
            InvalidArgumentError: A shape is wrong.
            RunTimeoutError, RunCancelledError: As asked for.
            ClosedError: The model was closed.

        Source: spec/transformers.js/models.md, generate_speech; transformers 4.46.3,
            `_generate_speech`, which adds up the probabilities of a group.
        """
        ids = read_ids("input_ids", input_ids)
        if ids.shape[0] != 1 or not ids.size:
            raise InvalidArgumentError(
                f"[generate_speech] one text at a time: input_ids must be of shape (1, tokens), "
                f"got {ids.shape}"
            )
        budget = Budget(timeout_s, cancel)
        encoded, mask = self._forward.encode({"input_ids": ids}, budget)
        feeds = {
            "encoder_hidden_states": encoded,
            "encoder_attention_mask": mask,
            "speaker_embeddings": _voice(speaker_embeddings),
        }
        groups = encoded.shape[1] / int(self.config.get("reduction_factor") or 2)
        limits = int(groups * minlenratio), int(groups * maxlenratio)
        spectrogram = self._speak(feeds, limits, threshold, budget)
        output = {"spectrogram": spectrogram}
        if vocoder is not None:
            output["waveform"] = run_vocoder(vocoder, spectrogram, budget)
        return ModelOutput(output)

    def _speak(
        self, given: Mapping[str, Any], limits: tuple[int, int], threshold: float, budget: Budget
    ) -> NDArray[np.float32]:
        """The frames, group by group: each step reads all that was spoken so far."""
        decoder = self._forward.decoder
        graph, slots = decoder.first, decoder.layout.slots
        missing = {_SPECTRUM, _STOP, _WRITTEN} - set(graph.outputs)
        if missing:
            raise FileFormatError(f"[generate_speech] the decoder has no {', '.join(missing)}")
        mels = int(self.config.get("num_mel_bins") or 80)
        feeds = make_feeds(
            graph.dtypes,
            {
                **given,
                **decoder.layout.empty(1),
                "output_sequence": np.zeros((1, 1, mels), np.float32),
                CACHE_BRANCH: np.array([False]),
            },
        )
        parts: list[NDArray[np.float32]] = []
        kept = slots  # the first step gives the encoder's part too, which stays
        least, most = limits
        while True:
            names = [_SPECTRUM, _STOP, _WRITTEN, *(slot.output for slot in kept)]
            spectrum, stop, feeds["output_sequence"], *cache = graph.session.run(
                feeds, names, timeout_s=budget.left_s, cancel=budget.cancel
            )
            parts.append(spectrum.reshape(-1, mels))
            count = len(parts)
            if count >= least and (count >= most or (stop >= threshold).any()):
                return np.concatenate(parts)
            feeds.update(zip((slot.name for slot in kept), cache, strict=True))
            if count == 1:
                kept = tuple(slot for slot in slots if not slot.is_encoder)
                if CACHE_BRANCH in feeds:
                    feeds[CACHE_BRANCH] = np.array([True])


def run_vocoder(
    vocoder: PreTrainedModel, spectrogram: NDArray[np.float32], budget: Budget
) -> NDArray[np.float32]:
    """Sound of a spectrogram.

    Args:
        vocoder: A model with one input, a spectrogram, and sound as its first output.
        spectrogram: Shape (frames, mels).
        budget: What may end the run.

    Returns:
        Shape (samples,).

    Raises:
        UnsupportedModelError: It is no such model.
    """
    nodes = vocoder.session.inputs
    if len(nodes) != 1:
        raise UnsupportedModelError(
            f"[vocoder] {vocoder.name_or_path} must take a spectrogram alone, it takes "
            f"{', '.join(node.name for node in nodes)}"
        )
    rank = len(nodes[0].shape)
    array = spectrogram[None] if rank == 3 else spectrogram
    output = vocoder(**{nodes[0].name: array}, timeout_s=budget.left_s, cancel=budget.cancel)
    sound: NDArray[np.float32] = np.asarray(output[0], np.float32).reshape(-1)
    return sound


def _voice(embeddings: Any) -> NDArray[np.float32]:
    voice = np.asarray(embeddings, np.float32)
    voice = voice[None] if voice.ndim == 1 else voice
    if voice.ndim != 2 or len(voice) != 1 or not voice.size:
        raise InvalidArgumentError(
            f"[generate_speech] speaker_embeddings must be of shape (1, width), got {voice.shape}"
        )
    return voice
