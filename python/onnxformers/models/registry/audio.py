"""Audio architectures: one row each; heads as Transformers.js 3.0.0 has them.

Source: spec/transformers.js/models.md.
"""

from __future__ import annotations

from onnxformers.models.registry.row import Architecture

ENCODER = "encoder-only"
SEQ2SEQ = "encoder-decoder"
DECODER = "decoder-only"

_VALUES = "input_values"
_FEATURES = "input_features"
_HEARS = dict.fromkeys(("Model", "ForCTC", "ForSequenceClassification"), ENCODER)
_FRAMES = {"ForAudioFrameClassification": ENCODER}

ARCHITECTURES = (
    Architecture(
        "audio-spectrogram-transformer",
        "AST",
        dict.fromkeys(("Model", "ForAudioClassification"), ENCODER),
        _VALUES,
    ),
    Architecture("hifigan", "SpeechT5", {"HifiGan": ENCODER}, "spectrogram"),
    Architecture("hubert", "Hubert", _HEARS, _VALUES),
    Architecture(
        "moonshine",
        "Moonshine",
        dict.fromkeys(("Model", "ForConditionalGeneration"), SEQ2SEQ),
        _VALUES,
    ),
    Architecture(
        "musicgen",
        "Musicgen",
        {"ForConditionalGeneration": "music-generation", "Model": DECODER, "ForCausalLM": DECODER},
        code="musicgen",
    ),
    Architecture("pyannote", "PyAnnote", {"Model": ENCODER, **_FRAMES}, _VALUES),
    Architecture(
        "speecht5",
        "SpeechT5",
        {
            **dict.fromkeys(("Model", "ForSpeechToText"), SEQ2SEQ),
            "ForTextToSpeech": "text-to-spectrogram",
        },
        code="speecht5",
    ),
    Architecture("unispeech", "UniSpeech", _HEARS, _VALUES),
    Architecture("unispeech-sat", "UniSpeechSat", {**_HEARS, **_FRAMES}, _VALUES),
    Architecture("vits", "Vits", {"Model": ENCODER}, outputs={"Model": "VitsModelOutput"}),
    Architecture("wav2vec2", "Wav2Vec2", {**_HEARS, **_FRAMES}, _VALUES),
    Architecture("wav2vec2-bert", "Wav2Vec2Bert", _HEARS, _FEATURES),
    Architecture("wavlm", "WavLM", {**_HEARS, **_FRAMES, "ForXVector": ENCODER}, _VALUES),
    Architecture("wespeaker-resnet", "WeSpeakerResNet", {"Model": ENCODER}, _FEATURES),
    Architecture(
        "whisper",
        "Whisper",
        dict.fromkeys(("Model", "ForConditionalGeneration"), SEQ2SEQ),
        _FEATURES,
        code="whisper",
    ),
)
