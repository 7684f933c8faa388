"""Models of a few nodes over sound: SpeechT5, a vocoder, VITS, MusicGen, and a separator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from tiny_models import write

import onnx_builder as ob

MELS = 2
BOOKS, CODES, FILLER = 2, 5, 5


def speecht5(folder: Path, *, per_step: float = 0.1) -> Path:
    """Speaks two frames a step: the sum of the text's tokens times the voice's first number.

    The probability of the end grows by `per_step` with each step.
    """
    encoder = ob.graph(
        [
            ob.node("Cast", ["input_ids"], ["x"], to=1),
            ob.node("Unsqueeze", ["x", "axis"], ["encoder_outputs"]),
            ob.node("Mul", ["input_ids", "zero"], ["zeros"]),
            ob.node("Add", ["zeros", "one"], ["encoder_attention_mask"]),
        ],
        [ob.value("input_ids", "int64", [1, "tokens"])],
        [
            ob.value("encoder_outputs", "float32", [1, "tokens", 1]),
            ob.value("encoder_attention_mask", "int64", [1, "tokens"]),
        ],
        [
            ob.tensor("axis", np.array([2])),
            ob.tensor("zero", np.array(0)),
            ob.tensor("one", np.array(1)),
        ],
    )
    decoder = ob.graph(
        [
            ob.node("ReduceSum", ["encoder_hidden_states"], ["sum"], keepdims=0),
            ob.node("Gather", ["speaker_embeddings", "first"], ["voice"], axis=1),
            ob.node("Mul", ["sum", "voice"], ["said"]),
            ob.node("Expand", ["said", "frames"], ["spectrum"]),
            ob.node("Shape", ["output_sequence"], ["shape"]),
            ob.node("Gather", ["shape", "axis_1"], ["steps"]),
            ob.node("Cast", ["steps"], ["stepsf"], to=1),
            ob.node("Mul", ["stepsf", "chances"], ["prob"]),
            ob.node("Expand", ["said", "frame"], ["next"]),
            ob.node("Concat", ["output_sequence", "next"], ["output_sequence_out"], axis=1),
        ],
        [
            ob.value("encoder_hidden_states", "float32", [1, "tokens", 1]),
            ob.value("encoder_attention_mask", "int64", [1, "tokens"]),
            ob.value("output_sequence", "float32", [1, "steps", MELS]),
            ob.value("speaker_embeddings", "float32", [1, 3]),
        ],
        [
            ob.value("spectrum", "float32", [2, MELS]),
            ob.value("prob", "float32", [2]),
            ob.value("output_sequence_out", "float32", [1, "steps1", MELS]),
        ],
        [
            ob.tensor("first", np.array([0])),
            ob.tensor("frames", np.array([2, MELS])),
            ob.tensor("frame", np.array([1, 1, MELS])),
            ob.tensor("axis_1", np.array(1)),
            ob.tensor("chances", np.array([0.0, per_step], np.float32)),
        ],
    )
    config = {"model_type": "speecht5", "num_mel_bins": MELS, "reduction_factor": 2}
    return write(folder, config, encoder_model=encoder, decoder_model_merged=decoder)


def vocoder(folder: Path, *, inputs: int = 1) -> Path:
    """Each frame becomes two samples: its numbers."""
    nodes = [ob.node("Reshape", ["spectrogram", "flat"], ["waveform"])]
    declared = [ob.value("spectrogram", "float32", ["frames", MELS])]
    if inputs == 2:
        declared.append(ob.value("pitch", "float32", [1]))
        nodes = [
            ob.node("Add", ["spectrogram", "pitch"], ["tuned"]),
            ob.node("Reshape", ["tuned", "flat"], ["waveform"]),
        ]
    graph = ob.graph(
        nodes,
        declared,
        [ob.value("waveform", "float32", ["samples"])],
        [ob.tensor("flat", np.array([-1]))],
    )
    return write(folder, {"model_type": "hifigan", "sampling_rate": 8000}, model=graph)


def vits(folder: Path, *, scale: str | None = None) -> Path:
    """A sample for each token: its number, times an input of the name `scale`."""
    named = scale or "one"
    graph = ob.graph(
        [
            ob.node("Cast", ["input_ids"], ["numbers"], to=1),
            ob.node("Mul", ["numbers", named], ["waveform"]),
            ob.node("Identity", ["attention_mask"], ["spectrogram"]),
        ],
        [
            ob.value("input_ids", "int64", ["rows", "tokens"]),
            ob.value("attention_mask", "int64", ["rows", "tokens"]),
            *([ob.value(scale, "float32", [1])] if scale else []),
        ],
        [
            ob.value("waveform", "float32", ["rows", "samples"]),
            ob.value("spectrogram", "int64", ["rows", "frames"]),
        ],
        [ob.tensor("one", np.ones(1, np.float32))],
    )
    return write(folder, {"model_type": "vits", "sampling_rate": 22_050}, model=graph)


def musicgen(folder: Path) -> Path:
    """Code c follows code c - 1, and code 0 the filler; what the text says may speak for code 4."""
    encoder = ob.graph(
        [
            ob.node("Mul", ["input_ids", "attention_mask"], ["seen"]),
            ob.node("Cast", ["seen"], ["x"], to=1),
            ob.node("Unsqueeze", ["x", "axis"], ["last_hidden_state"]),
        ],
        [
            ob.value("input_ids", "int64", ["rows", "tokens"]),
            ob.value("attention_mask", "int64", ["rows", "tokens"]),
        ],
        [ob.value("last_hidden_state", "float32", ["rows", "tokens", 1])],
        [ob.tensor("axis", np.array([2]))],
    )
    table = np.zeros((CODES + 1, CODES), np.float32)
    table[np.arange(CODES), (np.arange(CODES) + 1) % CODES] = 1.0
    table[FILLER, 0] = 1.0
    decoder = ob.graph(
        [
            ob.node("Gather", ["table", "input_ids"], ["own"]),
            ob.node("ReduceSum", ["encoder_hidden_states", "axes"], ["sum"], keepdims=0),
            ob.node("Unsqueeze", ["sum", "axis_1"], ["column"]),
            ob.node("Tile", ["column", "books"], ["columns"]),
            ob.node("Reshape", ["columns", "rows"], ["heard"]),
            ob.node("Mul", ["heard", "weights"], ["wish"]),
            ob.node("Add", ["own", "wish"], ["logits"]),
        ],
        [
            ob.value("input_ids", "int64", ["rows_x_books", "tokens"]),
            ob.value("encoder_hidden_states", "float32", ["rows", "text", 1]),
            ob.value("encoder_attention_mask", "int64", ["rows", "text"]),
        ],
        [ob.value("logits", "float32", ["rows_x_books", "tokens", CODES])],
        [
            ob.tensor("table", table),
            ob.tensor("axes", np.array([1, 2])),
            ob.tensor("axis_1", np.array([1])),
            ob.tensor("books", np.array([1, BOOKS])),
            ob.tensor("rows", np.array([-1, 1, 1])),
            ob.tensor("weights", np.array([0, 0, 0, 0, 0.01], np.float32)),
        ],
    )
    codec = ob.graph(
        [
            ob.node("Cast", ["audio_codes"], ["codes"], to=1),
            ob.node("Mul", ["codes", "places"], ["scaled"]),
            ob.node("ReduceSum", ["scaled", "axes"], ["sums"], keepdims=0),
            ob.node("Unsqueeze", ["sums", "axis_1"], ["audio_values"]),
        ],
        [ob.value("audio_codes", "int64", [1, "rows", BOOKS, "frames"])],
        [ob.value("audio_values", "float32", ["rows", 1, "frames"])],
        [
            ob.tensor("places", np.array([[[[10.0], [1.0]]]], np.float32)),
            ob.tensor("axes", np.array([0, 2])),
            ob.tensor("axis_1", np.array([1])),
        ],
    )
    config: dict[str, Any] = {
        "model_type": "musicgen",
        "decoder": {"num_codebooks": BOOKS, "pad_token_id": FILLER},
        "audio_encoder": {"sampling_rate": 4000},
    }
    write(
        folder,
        config,
        text_encoder=encoder,
        decoder_model_merged=decoder,
        encodec_decode=codec,
    )
    values = {"decoder_start_token_id": FILLER, "pad_token_id": FILLER}
    (folder / "generation_config.json").write_text(json.dumps(values))
    return folder


def separator(folder: Path) -> Path:
    """A model that parts a sound into three quarters and a quarter of it."""
    graph = ob.graph(
        [
            ob.node("Unsqueeze", ["mix", "axis"], ["one"]),
            ob.node("Mul", ["one", "shares"], ["sources"]),
        ],
        [ob.value("mix", "float32", [1, "samples"])],
        [ob.value("sources", "float32", [1, 2, "samples"])],
        [
            ob.tensor("axis", np.array([1])),
            ob.tensor("shares", np.array([[[0.75], [0.25]]], np.float32)),
        ],
    )
    labels = {"0": "voice", "1": "noise"}
    config = {"model_type": "custom", "sampling_rate": 8000, "id2label": labels}
    return write(folder, config, model=graph)
