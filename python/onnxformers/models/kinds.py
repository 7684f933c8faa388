"""Kinds of models: which files each has, and what runs them."""

from __future__ import annotations

from typing import NamedTuple

_TEXT = frozenset({"attention_mask", "token_type_ids", "position_ids"})


class Kind(NamedTuple):
    """One kind of model.

    Attributes:
        layouts: File stems of its sessions, as one export or another names them; the first of
            which all files are there is taken.
        forward: Module of `onnxformers.models.forward` whose class `Forward` runs them.
        optional_inputs: Inputs that a caller may give although no session declares them: what
            tokenizers and processors give to all models of a kind.
        generates: Whether it writes token by token, so that it has a generation_config.json.
        has_encoder: Whether what it writes stands behind an encoder.
    """

    layouts: tuple[tuple[str, ...], ...]
    forward: str = "encoder"
    optional_inputs: frozenset[str] = _TEXT
    generates: bool = False
    has_encoder: bool = False

    @property
    def has_one_file(self) -> bool:
        """Whether `model_file_name` can say which file it is."""
        return len(self.layouts[0]) == 1


# Processors say how large the images were, for what is done with the outputs.
_IMAGES = frozenset({"pixel_mask", "original_sizes", "reshaped_input_sizes"})
_ENCODER_INPUTS = _TEXT | _IMAGES
_DECODERS = (
    ("decoder_model_merged",),
    ("decoder_model", "decoder_with_past_model"),
    ("decoder_model",),
)
_SEQ2SEQ = tuple(("encoder_model", *decoders) for decoders in _DECODERS)

KINDS: dict[str, Kind] = {
    "encoder-only": Kind((("model",),), optional_inputs=_ENCODER_INPUTS),
    "text-tower": Kind((("text_model",),)),
    "vision-tower": Kind((("vision_model",),), optional_inputs=_IMAGES),
    "audio-tower": Kind((("audio_model",),), optional_inputs=frozenset({"attention_mask"})),
    "decoder-only": Kind((("model",), *_DECODERS), "decoder", generates=True),
    "encoder-decoder": Kind(
        _SEQ2SEQ,
        "encoder_decoder",
        _ENCODER_INPUTS | {"decoder_attention_mask"},
        generates=True,
        has_encoder=True,
    ),
    "text-to-spectrogram": Kind(
        (("encoder_model", "decoder_model_merged"),),
        "encoder_decoder",
        generates=True,
        has_encoder=True,
    ),
    "music-generation": Kind(
        (("text_encoder", "decoder_model_merged", "encodec_decode"),),
        "encoder_decoder",
        _TEXT | {"decoder_attention_mask"},
        generates=True,
        has_encoder=True,
    ),
    "mask-generation": Kind(
        (("vision_encoder", "prompt_encoder_mask_decoder"),),
        "mask_generation",
        _IMAGES,
    ),
    "image-text-to-text": Kind(
        (("embed_tokens", "vision_encoder", "decoder_model_merged"),),
        "image_text",
        _ENCODER_INPUTS,
        generates=True,
    ),
    "image-text-to-text-seq2seq": Kind(
        (("embed_tokens", "vision_encoder", "encoder_model", "decoder_model_merged"),),
        "image_text_seq2seq",
        _ENCODER_INPUTS | {"decoder_attention_mask"},
        generates=True,
        has_encoder=True,
    ),
}
