"""A Whisper of a few nodes: what it writes stands in a table.

The scores of a token are the row of the token before it, and what each language has for the sound's
mean. The heads look at the frames that a table says for each token.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from tiny_models import write

import onnx_builder as ob
from onnxformers import AutoModelForSpeechSeq2Seq

#: Letters are the tokens 0 to 9.
END, START, ENGLISH, FRENCH, TRANSLATE, TRANSCRIBE, PREVIOUS, SILENCE, NO_TIMES = range(10, 19)
TIME_0 = 19
FRAMES = 10  # of the encoder: timestamps 0 to 10, of two mel frames each
TOKENS = TIME_0 + FRAMES + 1
MELS = 2

GENERATION = {
    "alignment_heads": [[0, 1]],
    "decoder_start_token_id": START,
    "eos_token_id": END,
    "is_multilingual": True,
    "lang_to_id": {"<|en|>": ENGLISH, "<|fr|>": FRENCH},
    "max_length": 40,
    "no_timestamps_token_id": NO_TIMES,
    "pad_token_id": END,
    "prev_sot_token_id": PREVIOUS,
    "task_to_id": {"translate": TRANSLATE, "transcribe": TRANSCRIBE},
}


def table(steps: dict[int, int | dict[int, float]]) -> np.ndarray:
    """Scores of the token behind each token: 8 for the one named, or as named; else 0."""
    scores = np.zeros((TOKENS, TOKENS), np.float32)
    for token, following in steps.items():
        chosen = following if isinstance(following, dict) else {following: 8.0}
        for other, score in chosen.items():
            scores[token, other] = score
    return scores


def encoder() -> bytes:
    """The sum over mels and two frames, of shape (rows, FRAMES, 1)."""
    return ob.graph(
        [
            ob.node("Reshape", ["input_features", "shape"], ["pairs"]),
            ob.node("ReduceSum", ["pairs", "axes"], ["sums"], keepdims=0),
            ob.node("Unsqueeze", ["sums", "last"], ["last_hidden_state"]),
        ],
        [ob.value("input_features", "float32", ["batch", MELS, 2 * FRAMES])],
        [ob.value("last_hidden_state", "float32", ["batch", FRAMES, 1])],
        [
            ob.tensor("shape", np.array([-1, MELS, FRAMES, 2])),
            ob.tensor("axes", np.array([1, 3])),
            ob.tensor("last", np.array([2])),
        ],
    )


#: What the sound's sum counts for each token: for French, and against silence.
HEARD = np.zeros(TOKENS, np.float32)
HEARD[FRENCH], HEARD[SILENCE] = 0.05, -0.05


def decoder(
    scores: np.ndarray, looks: np.ndarray | None = None, heard: np.ndarray = HEARD
) -> bytes:
    """Scores from the table; the sound's sum counts for each token what `heard` says."""
    nodes = [
        ob.node("Gather", ["scores", "input_ids"], ["own"]),
        ob.node("ReduceSum", ["encoder_hidden_states", "axes"], ["sum"]),
        ob.node("Mul", ["sum", "weights"], ["heard"]),
        ob.node("Add", ["own", "heard"], ["logits"]),
    ]
    constants = [
        ob.tensor("scores", scores),
        ob.tensor("axes", np.array([1])),
        ob.tensor("weights", heard),
    ]
    outputs = [ob.value("logits", "float32", ["batch", "tokens", TOKENS])]
    if looks is not None:
        nodes += [
            ob.node("Gather", ["looks", "input_ids"], ["looked"]),
            ob.node("Unsqueeze", ["looked", "axes"], ["one"]),
            ob.node("Concat", ["one", "one"], ["cross_attentions.0"], axis=1),
        ]
        constants.append(ob.tensor("looks", looks.astype(np.float32)))
        shape = ["batch", 2, "tokens", FRAMES]
        outputs.append(ob.value("cross_attentions.0", "float32", shape))
    inputs = [
        ob.value("input_ids", "int64", ["batch", "tokens"]),
        ob.value("encoder_hidden_states", "float32", ["batch", FRAMES, 1]),
    ]
    return ob.graph(nodes, inputs, outputs, constants)


def whisper(
    folder: Path,
    scores: np.ndarray,
    looks: np.ndarray | None = None,
    heard: np.ndarray = HEARD,
    **generation: Any,
) -> Any:
    """The model with this table, opened; None takes a field out of its generation config."""
    config = {
        "model_type": "whisper",
        "vocab_size": TOKENS,
        "max_source_positions": FRAMES,
        "max_target_positions": 40,
        "median_filter_width": 3,
        "decoder_layers": 1,
    }
    write(folder, config, encoder_model=encoder(), decoder_model=decoder(scores, looks, heard))
    values = {name: v for name, v in {**GENERATION, **generation}.items() if v is not None}
    (folder / "generation_config.json").write_text(json.dumps(values))
    return AutoModelForSpeechSeq2Seq.from_pretrained(folder)


def features(*levels: float, windows: int = 1) -> np.ndarray:
    """Features of a row for each level, which the sound has everywhere."""
    rows = [np.full((MELS, 2 * FRAMES * windows), level, np.float32) for level in levels]
    return np.stack(rows)


def looking_at(places: dict[int, int]) -> np.ndarray:
    """What the heads look at: around a frame for each token, the first for others."""
    looks = np.full((TOKENS, 10), 0.01)
    for token in range(TOKENS):
        place = places.get(token, 0)
        looks[token, max(0, place - 1) : place + 2] = 1.0  # a median of three leaves it
    return looks
