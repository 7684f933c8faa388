"""Architectures of several kinds of input: text with images or sound, states with actions.

Heads as Transformers.js 3.0.0 has them.

Source: spec/transformers.js/models.md.
"""

from __future__ import annotations

from onnxformers.models.registry.row import Architecture

ENCODER = "encoder-only"

_BOTH = {"Model": "ModelOutput"}
_SEES_OBJECTS = dict.fromkeys(("Model", "ForObjectDetection"), ENCODER)
_FOUND = {"Model": "ModelOutput", "ForObjectDetection": "ModelOutput"}

ARCHITECTURES = (
    Architecture("chinese_clip", "ChineseCLIP", {"Model": ENCODER}, outputs=_BOTH),
    Architecture(
        "clap",
        "Clap",
        {
            "Model": ENCODER,
            "TextModelWithProjection": "text-tower",
            "AudioModelWithProjection": "audio-tower",
        },
        outputs=_BOTH,
    ),
    Architecture(
        "clip",
        "CLIP",
        {
            "Model": ENCODER,
            "TextModel": "text-tower",
            "TextModelWithProjection": "text-tower",
            "VisionModel": "vision-tower",
            "VisionModelWithProjection": "vision-tower",
        },
        outputs=_BOTH,
    ),
    Architecture(
        "clipseg",
        "CLIPSeg",
        dict.fromkeys(("Model", "ForImageSegmentation"), ENCODER),
        outputs=_BOTH,
    ),
    Architecture(
        "decision_transformer", "DecisionTransformer", {"Model": ENCODER}, "states", _BOTH
    ),
    Architecture(
        "florence2", "Florence2", {"ForConditionalGeneration": "image-text-to-text-seq2seq"}
    ),
    Architecture("groupvit", "GroupViT", {"Model": ENCODER}, outputs=_BOTH),
    Architecture(
        "llava",
        "Llava",
        {"ForConditionalGeneration": "image-text-to-text"},
        outputs={"ForConditionalGeneration": "CausalLMOutputWithPast"},
    ),
    Architecture(
        "moondream1",
        "Moondream1",
        {"ForConditionalGeneration": "image-text-to-text"},
        outputs={"ForConditionalGeneration": "CausalLMOutputWithPast"},
    ),
    Architecture("owlv2", "Owlv2", _SEES_OBJECTS, "pixel_values", _FOUND),
    Architecture("owlvit", "OwlViT", _SEES_OBJECTS, "pixel_values", _FOUND),
    Architecture(
        "siglip",
        "Siglip",
        {"Model": ENCODER, "TextModel": "text-tower", "VisionModel": "vision-tower"},
        outputs=_BOTH,
    ),
    Architecture(
        "vision-encoder-decoder",
        "VisionEncoderDecoder",
        {"Model": "encoder-decoder"},
        "pixel_values",
        {"Model": "Seq2SeqLMOutput"},
    ),
)
