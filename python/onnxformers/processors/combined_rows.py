"""The combined processors: a row for each class.

Source: transformers 4.46.3, PROCESSOR_MAPPING_NAMES; spec/transformers.js/models.md.
"""

from __future__ import annotations

from onnxformers.processors.row import ProcessorRow


def _row(name: str, model_types: str = "", home: str = "combined.Processor") -> ProcessorRow:
    """A row; `model_types` are separated by spaces."""
    return ProcessorRow(name=name, model_types=tuple(model_types.split()), home=home)


ROWS = (
    _row("CLIPProcessor", "clip"),
    _row("CLIPSegProcessor", "clipseg"),
    _row("ChineseCLIPProcessor", "chinese_clip"),
    _row("ClapProcessor", "clap"),
    _row("DonutProcessor"),
    _row("MusicgenProcessor", "musicgen"),
    _row("NougatProcessor"),
    _row("OwlViTProcessor", "owlvit"),
    _row("Owlv2Processor", "owlv2"),
    _row("SamProcessor", "sam"),
    _row("SeamlessM4TProcessor", "seamless_m4t"),
    _row("SiglipProcessor", "siglip"),
    _row("SpeechT5Processor", "speecht5"),
    _row("TrOCRProcessor", "trocr"),
    _row("VisionTextDualEncoderProcessor", "vision-text-dual-encoder"),
    _row(
        "Wav2Vec2Processor",
        "hubert sew sew-d unispeech unispeech-sat wav2vec2 wav2vec2-conformer wavlm",
    ),
    _row("Wav2Vec2BertProcessor", "wav2vec2-bert"),
    _row("WhisperProcessor", "whisper"),
)
