"""The combined processors: a row for each class.

Source: transformers 4.46.3, PROCESSOR_MAPPING_NAMES; spec/transformers.js/models.md.
"""

from __future__ import annotations

from onnxformers.processors.row import ProcessorRow


def _row(name: str, model_types: str = "", home: str = "combined.Processor") -> ProcessorRow:
    """A row; `model_types` are separated by spaces."""
    return ProcessorRow(name=name, model_types=tuple(model_types.split()), home=home)


#: Beside pictures or sounds, texts are what the model is to write.
_LABELS = "labels.LabelProcessor"
_ONE_INPUT = "labels.TargetProcessor"

ROWS = (
    _row("CLIPProcessor", "clip"),
    _row("CLIPSegProcessor", "clipseg"),
    _row("ChineseCLIPProcessor", "chinese_clip"),
    _row("ClapProcessor", "clap"),
    _row("DonutProcessor", home="donut.DonutProcessor"),
    _row("Florence2Processor", "florence2", "florence2.Florence2Processor"),
    _row("LlavaProcessor", "llava", "llava.LlavaProcessor"),
    _row("MusicgenProcessor", "musicgen"),
    _row("NougatProcessor", home=_LABELS),
    _row("OwlViTProcessor", "owlvit", "owlvit.QueryProcessor"),
    _row("Owlv2Processor", "owlv2", "owlvit.QueryProcessor"),
    _row("SamProcessor", "sam"),
    _row("SeamlessM4TProcessor", "seamless_m4t", _ONE_INPUT),
    _row("SiglipProcessor", "siglip"),
    _row("SpeechT5Processor", "speecht5", _ONE_INPUT),
    _row("TrOCRProcessor", "trocr", _LABELS),
    _row("VisionTextDualEncoderProcessor", "vision-text-dual-encoder"),
    _row(
        "Wav2Vec2Processor",
        "hubert sew sew-d unispeech unispeech-sat wav2vec2 wav2vec2-conformer wavlm",
        _LABELS,
    ),
    _row("Wav2Vec2BertProcessor", "wav2vec2-bert", _LABELS),
    _row("WhisperProcessor", "whisper", _LABELS),
)
