"""What a user's type checker sees; checked by mypy, never run."""

from __future__ import annotations

from typing import Any

from typing_extensions import assert_type

from onnxformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    CancelToken,
    CLIPTextModelWithProjection,
    pipeline,
)
from onnxformers.models import BertForMaskedLM, BloomForCausalLM, MaskedLMOutput, PreTrainedModel
from onnxformers.pipelines import FeatureExtractionPipeline, TextClassificationPipeline
from onnxformers.pipelines.base import Pipeline
from onnxformers.pipelines.results import Entity
from onnxformers.tokenizers import PreTrainedTokenizer

assert_type(pipeline("text-classification", top_k=None), TextClassificationPipeline)
assert_type(pipeline("ner")("text"), list[Entity])
assert_type(pipeline("a task named at run time".strip()), Pipeline[Any])
assert_type(AutoModelForSequenceClassification.from_pretrained("name"), PreTrainedModel)
assert_type(BertForMaskedLM.from_pretrained("name", dtype="q8"), BertForMaskedLM)
assert_type(BertForMaskedLM.from_pretrained("name")(input_ids=[[1]]), MaskedLMOutput)
assert_type(CLIPTextModelWithProjection.from_pretrained("name"), CLIPTextModelWithProjection)
assert_type(BloomForCausalLM.from_pretrained("name")(input_ids=[[1]]).logits.ndim, int)
assert_type(AutoTokenizer.from_pretrained("name"), PreTrainedTokenizer)
with pipeline("feature-extraction") as pipe:
    assert_type(pipe, FeatureExtractionPipeline)
    pipe("text", cancel=CancelToken())
