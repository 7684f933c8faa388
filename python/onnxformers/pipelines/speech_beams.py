"""The likeliest text of a CTC model rather than its likeliest letters, also by a language model."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from onnxformers.ops import log_softmax
from onnxformers.pipelines.n_grams import SENTENCE_BEGIN, NGrams
from onnxformers.pipelines.speech_ctc import Letter, Letters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onnxformers.pipelines.speech_options import SpeechOptions

#: Letters that are less likely in a frame are passed over, but for the likeliest one.
_LEAST = -7.0
_LOG10 = math.log(10)
_NEVER = -math.inf


@dataclass(frozen=True, slots=True)
class _Beam:
    """A text that may be what was said.

    Attributes:
        frames: Frame of each of its tokens.
        blank, other: Log-probability of all ways to it that end in a blank, or in its last token.
        words: Those that are over.
        word: The letters of the one that is not.
        bonus: What the language model says of the words that are over.
    """

    frames: tuple[int, ...] = ()
    blank: float = _NEVER
    other: float = _NEVER
    words: tuple[str, ...] = ()
    word: str = ""
    bonus: float = 0.0

    @property
    def heard(self) -> float:
        """Log-probability of all ways to it."""
        return float(np.logaddexp(self.blank, self.other))

    @property
    def score(self) -> float:
        """How good it is."""
        return self.heard + self.bonus


class BeamSearch:
    """Prefix beam search.

    Args:
        letters: What spells tokens.
        width: Texts that are followed at once.
        model: Which words follow each other; None for none.
        alpha: How much that counts.
        beta: What each word is worth.

    Source: Hannun et al., 2014, "First-pass large vocabulary continuous speech recognition using
        bi-directional recurrent DNNs", algorithm 1.
    """

    def __init__(
        self, letters: Letters, width: int, model: NGrams | None, alpha: float, beta: float
    ) -> None:
        self._letters = letters
        self._width = width
        self._model = model
        self._alpha, self._beta = alpha, beta

    @classmethod
    def of(cls, letters: Letters, options: SpeechOptions) -> BeamSearch:
        """The search that a call asks for; errors as of `NGrams.load`."""
        given = options.language_model
        model = given if given is None or isinstance(given, NGrams) else NGrams.load(given)
        return cls(letters, options.beam_width, model, options.alpha, options.beta)

    def decode(self, logits: NDArray[np.float32]) -> list[Letter]:
        """The best text of scores of shape (frames, vocabulary)."""
        scores = log_softmax(logits)
        beams: dict[tuple[int, ...], _Beam] = {(): _Beam(blank=0.0)}
        for frame, row in enumerate(scores):
            beams = self._step(beams, frame, row)
        best, beam = max(beams.items(), key=lambda item: self._finished(item[1]))
        return [
            Letter(self._letters.spell(token), begin, begin + 1)
            for token, begin in zip(best, beam.frames, strict=True)
        ]

    def _step(
        self, beams: dict[tuple[int, ...], _Beam], frame: int, row: NDArray[np.float32]
    ) -> dict[tuple[int, ...], _Beam]:
        tokens = np.flatnonzero(row >= min(_LEAST, float(row.max()))).tolist()
        grown: dict[tuple[int, ...], _Beam] = {}
        for text, beam in beams.items():
            for token in tokens:
                chance = float(row[token])
                if token == self._letters.blank:
                    _add(grown, text, replace(beam, blank=beam.heard + chance, other=_NEVER))
                    continue
                if self._letters.is_silent(token):
                    continue
                ways = beam.heard
                if text and text[-1] == token:  # the same again, or a new one behind a blank
                    _add(grown, text, replace(beam, blank=_NEVER, other=beam.other + chance))
                    ways = beam.blank
                if ways > _NEVER:
                    new = self._longer(beam, token, frame, ways + chance)
                    _add(grown, (*text, token), new)
        best = sorted(grown.items(), key=lambda item: item[1].score, reverse=True)
        return dict(best[: self._width])

    def _longer(self, beam: _Beam, token: int, frame: int, chance: float) -> _Beam:
        """The text with one more token."""
        frames = (*beam.frames, frame)
        letter = self._letters.spell(token)
        if letter != " ":
            return replace(beam, frames=frames, blank=_NEVER, other=chance, word=beam.word + letter)
        words = (*beam.words, beam.word) if beam.word else beam.words
        bonus = beam.bonus + self._worth(beam)
        return _Beam(frames, _NEVER, chance, words, "", bonus)

    def _worth(self, beam: _Beam) -> float:
        """What the last word of a text adds to its score."""
        if not beam.word or self._model is None:
            return 0.0
        context = [SENTENCE_BEGIN, *beam.words]
        return self._alpha * _LOG10 * self._model.score(context, beam.word) + self._beta

    def _finished(self, beam: _Beam) -> float:
        return beam.score + self._worth(beam)


def _add(beams: dict[tuple[int, ...], _Beam], text: tuple[int, ...], beam: _Beam) -> None:
    """Count a way to a text in; its frames are those of its likeliest way."""
    held = beams.get(text)
    if held is None:
        beams[text] = beam
        return
    better = beam if beam.heard > held.heard else held
    beams[text] = replace(
        better,
        blank=float(np.logaddexp(held.blank, beam.blank)),
        other=float(np.logaddexp(held.other, beam.other)),
    )
