"""docs/models.md says what the registry and the recorded cases say."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from onnxformers.models.registry import class_names

TOOL = Path(__file__).parents[2] / "tools" / "make_model_docs.py"


@pytest.fixture(scope="module")
def tool() -> dict[str, Any]:
    return runpy.run_path(str(TOOL))


def test_the_page_is_fresh(tool: dict[str, Any]) -> None:
    page: Path = tool["PAGE"]
    assert page.read_text("utf-8") == tool["render"](), "run python tools/make_model_docs.py"


def test_what_is_said_to_have_run_has_a_recorded_case(tool: dict[str, Any]) -> None:
    ran = tool["classes_run"]()
    assert {"BertForSequenceClassification", "OPTForCausalLM", "CLIPTextModelWithProjection"} <= ran
    assert {"SamModel", "LlavaForConditionalGeneration", "VisionEncoderDecoderModel"} <= ran
    assert ran <= set(class_names())
