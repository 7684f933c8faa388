"""Say who speaks when in a recording of any length.

python examples/who_speaks.py talk.mp3

A model of PyAnnote tells up to three voices apart in ten seconds, but not whose they are. A model
of speaker embeddings tells for each voice of each window how it sounds; voices that sound alike
are one speaker.
"""

from __future__ import annotations

import argparse
from typing import Any, NamedTuple

import numpy as np

from onnxformers import AutoFeatureExtractor, AutoModel
from onnxformers.audio import audio_chunks

WINDOW_S = 10.0
#: Which voices speak in each class of the segmentation.
VOICES = ((), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2))
#: Shorter pauses within what somebody says are left out.
PAUSE_S = 0.5


class Voice(NamedTuple):
    """A voice in a window: when it speaks, in seconds of the recording, and how it sounds."""

    window: int
    spans: list[tuple[float, float]]
    sound: np.ndarray


class Finder:
    """Finds the voices of windows.

    Args:
        segmentation: Name or folder of a model such as onnx-community/pyannote-segmentation-3.0.
        embedding: Of a model for speaker embeddings (x-vectors) at the same rate.
    """

    def __init__(self, segmentation: str, embedding: str) -> None:
        self.split = AutoModel.from_pretrained(segmentation)
        self.frames = AutoFeatureExtractor.from_pretrained(segmentation)
        self.embed = AutoModel.from_pretrained(embedding)
        self.features = AutoFeatureExtractor.from_pretrained(embedding)
        self.rate = int(self.frames.sampling_rate)

    def voices(self, samples: np.ndarray, window: int, least_s: float) -> list[Voice]:
        """The voices of a window; those that never speak alone for `least_s` are left out."""
        logits = self.split(**self.frames(samples)).logits
        (parts,) = self.frames.post_process_speaker_diarization(logits, len(samples))
        found = []
        for voice in range(3):
            spans = [(p["start"], p["end"]) for p in parts if voice in VOICES[p["id"]]]
            alone = [(p["start"], p["end"]) for p in parts if VOICES[p["id"]] == (voice,)]
            if sum(end - start for start, end in alone) >= least_s:
                begin = window * WINDOW_S
                own = np.concatenate([self._cut(samples, span) for span in alone])
                times = [(begin + start, begin + end) for start, end in spans]
                found.append(Voice(window, times, self._sound_of(own)))
        return found

    def _cut(self, samples: np.ndarray, span: tuple[float, float]) -> np.ndarray:
        return samples[round(span[0] * self.rate) : round(span[1] * self.rate)]

    def _sound_of(self, samples: np.ndarray) -> np.ndarray:
        """The direction of a voice's embedding."""
        outputs: Any = self.embed(**self.features(samples))
        vector = np.asarray(outputs.get("embeddings", next(iter(outputs.values()))))[0]
        direction: np.ndarray = vector / max(float(np.linalg.norm(vector)), 1e-12)
        return direction


def speakers_of(voices: list[Voice], alike: float) -> list[int]:
    """The speaker of each voice: the two groups that are most alike become one, again and again.

    Args:
        voices: Of all windows; two of one window are never the same speaker.
        alike: Cosine of two groups, averaged over their voices, from which on they are one.
    """
    groups = [[place] for place in range(len(voices))]
    cosines = np.array([[a.sound @ b.sound for b in voices] for a in voices])
    while True:
        pairs = [
            (float(cosines[np.ix_(one, other)].mean()), first, second)
            for first, one in enumerate(groups)
            for second, other in enumerate(groups[:first])
            if not {voices[p].window for p in one} & {voices[p].window for p in other}
        ]
        best, first, second = max(pairs, default=(-1.0, 0, 0))
        if not pairs or best < alike:
            break
        groups[second] += groups.pop(first)
    groups.sort(key=min)
    names = {place: name for name, group in enumerate(groups) for place in group}
    return [names[place] for place in range(len(voices))]


def turns(voices: list[Voice], speakers: list[int]) -> list[tuple[float, float, int]]:
    """Begin, end and speaker of all that was said, in order."""
    found: list[tuple[float, float, int]] = []
    for name in sorted(set(speakers)):
        own = [v for v, speaker in zip(voices, speakers, strict=True) if speaker == name]
        spans = sorted(span for voice in own for span in voice.spans)
        begin, end = spans[0]
        for start, stop in spans[1:]:
            if start - end > PAUSE_S:
                found.append((begin, end, name))
                begin = start
            end = stop
        found.append((begin, end, name))
    return sorted(found)


def main() -> None:
    """Windows are read one by one: memory does not grow with the recording."""
    parser = argparse.ArgumentParser(description="Say who speaks when.")
    parser.add_argument("recording")
    parser.add_argument("--segmentation", default="onnx-community/pyannote-segmentation-3.0")
    parser.add_argument("--embedding", default="Xenova/wavlm-base-plus-sv")
    parser.add_argument("--alike", type=float, default=0.6, help="cosine from which on two are one")
    parser.add_argument("--least", type=float, default=0.5, help="seconds a voice speaks alone")
    args = parser.parse_args()

    finder = Finder(args.segmentation, args.embedding)
    voices: list[Voice] = []
    chunks = audio_chunks(args.recording, finder.rate, chunk_length_s=WINDOW_S)
    for window, samples in enumerate(chunks):
        if len(samples) >= finder.rate * args.least:
            voices += finder.voices(samples, window, args.least)
    for begin, end, speaker in turns(voices, speakers_of(voices, args.alike)):
        print(f"{begin:8.2f} {end:8.2f}  speaker {speaker + 1}")


if __name__ == "__main__":
    main()
