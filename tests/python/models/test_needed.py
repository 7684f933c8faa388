from __future__ import annotations

import pytest

from onnxformers.errors import UnsupportedModelError
from onnxformers.models.needed import needed_stems

DECODERS = ("decoder_model", "decoder_with_past_model", "decoder_model_merged")


@pytest.mark.parametrize(
    ("model_type", "auto_classes", "present", "needed"),
    [
        ("bert", None, ("model", "extra"), {"model"}),
        ("bert", "AutoModelForMaskedLM", ("model",), {"model"}),
        ("t5", None, ("encoder_model", *DECODERS), {"encoder_model", "decoder_model_merged"}),
        ("t5", None, ("encoder_model", "decoder_model"), {"encoder_model", "decoder_model"}),
        ("gpt2", "AutoModelForCausalLM", DECODERS, {"decoder_model_merged"}),
        ("clip", None, ("model", "text_model", "vision_model"), 3),
        ("clip", "AutoModelForImageFeatureExtraction", ("model", "vision_model"), {"vision_model"}),
        ("unheard-of", None, ("model", "head"), {"model", "head"}),
        (None, "AutoModel", ("model", "head"), {"model"}),
        ("bert", None, ("other",), {"other"}),
    ],
)
def test_the_files_that_are_opened(
    model_type: str | None,
    auto_classes: str | None,
    present: tuple[str, ...],
    needed: set[str] | int,
) -> None:
    found = needed_stems(model_type, auto_classes, present)
    assert (len(found) if isinstance(needed, int) else found) == needed


def test_a_head_that_is_not_there() -> None:
    with pytest.raises(UnsupportedModelError, match="has no such head"):
        needed_stems("t5", "AutoModelForMaskedLM", ["model"])
