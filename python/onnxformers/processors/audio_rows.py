"""The feature extractors of sounds: a row for each class.

Source: spec/transformers.js/models.md; transformers 4.46.3, FEATURE_EXTRACTOR_MAPPING_NAMES.
"""

from __future__ import annotations

from onnxformers.processors.row import PreprocessorRow

#: Class and its module are enough: defaults and names of inputs stand in the class itself. Each
#: class derives from `base.FeatureExtractor`.
_HOMES = {
    "ASTFeatureExtractor": "audio_spectrogram_transformer",
    "ClapFeatureExtractor": "clap",
    "DacFeatureExtractor": "encodec",
    "EncodecFeatureExtractor": "encodec",
    "MoonshineFeatureExtractor": "wav2vec2",
    "PyAnnoteFeatureExtractor": "pyannote",
    "SeamlessM4TFeatureExtractor": "seamless_m4t",
    "SpeechT5FeatureExtractor": "speecht5",
    "Wav2Vec2FeatureExtractor": "wav2vec2",
    "WeSpeakerFeatureExtractor": "wespeaker",
    "WhisperFeatureExtractor": "whisper",
}
ROWS: tuple[PreprocessorRow, ...] = tuple(
    PreprocessorRow(name=name, homes=(f"{module}.{name}",)) for name, module in _HOMES.items()
)
