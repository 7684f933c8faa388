from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import onnxformers
from onnxformers import models
from onnxformers.errors import UnsupportedModelError
from onnxformers.models import outputs
from onnxformers.models.kinds import KINDS
from onnxformers.models.registry import (
    AUTO_CLASSES,
    MODALITIES,
    architectures,
    class_names,
    find_head,
    output_class,
)

#: The headings of spec/transformers.js/models.md.
SPEC_CLASSES = (Path(__file__).parent / "spec_classes.txt").read_text("utf-8").split()


@pytest.mark.parametrize("name", SPEC_CLASSES)
def test_every_class_of_the_specification_resolves(name: str) -> None:
    assert isinstance(getattr(models, name), type)
    assert getattr(onnxformers, name) is getattr(models, name)


def test_every_class_resolves_once_and_can_be_pickled() -> None:
    for name, (row, head) in class_names().items():
        cls = getattr(models, name)
        assert issubclass(cls, getattr(models, f"{row.prefix}PreTrainedModel"))
        assert (cls.__name__, cls.__module__) == (name, "onnxformers.models")
        assert (cls.model_type, cls.kind) == (row.model_type, row.heads[head])
        assert getattr(models, name) is cls
        assert pickle.loads(pickle.dumps(cls)) is cls


def test_rows_name_what_exists_and_nothing_twice() -> None:
    rows = list(architectures())
    assert len({row.model_type for row in rows}) == len(rows)
    assert len(class_names()) == sum(len(row.heads) for row in rows)
    for row in rows:
        assert set(row.heads.values()) <= set(KINDS)
        assert set(row.outputs) <= set(row.heads)
        for head in row.heads:
            assert issubclass(getattr(outputs, output_class(row, head)), models.ModelOutput)


def test_rows_lie_in_the_order_of_their_names() -> None:
    for modality in MODALITIES:
        types = [row.model_type.replace("-", "_") for row in architectures(modality)]
        assert types == sorted(types)


def test_every_kind_is_of_use() -> None:
    used = {kind for row in architectures() for kind in row.heads.values()}
    assert used == set(KINDS)


def test_the_modules_of_other_modalities_are_not_read_for_text() -> None:
    code = (
        "import sys; from onnxformers.models.registry import find_head;"
        "find_head('AutoModel', 'bert'); find_head('AutoModelForMaskedLM', 'xlm');"
        "print(*[n for n in sys.modules if n.startswith('onnxformers.models.registry.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {
        f"onnxformers.models.registry.{name}" for name in ("heads", "row", "text")
    }


@pytest.mark.parametrize(
    ("auto", "model_type", "wanted"),
    [
        ("AutoModel", "bert", "BertModel"),
        ("AutoModel", "depth_anything", "DepthAnythingForDepthEstimation"),
        ("AutoModel", "sam", "SamModel"),
        ("AutoModel", "vision-encoder-decoder", "VisionEncoderDecoderModel"),
        ("AutoModel", "musicgen", "MusicgenModel"),
        ("AutoModelForAudioClassification", "audio-spectrogram-transformer", "ASTForAudio"),
        ("AutoModelForAudioClassification", "hubert", "HubertForSequenceClassification"),
        ("AutoModelForAudioFrameClassification", "pyannote", "PyAnnoteForAudioFrame"),
        ("AutoModelForCTC", "wav2vec2-bert", "Wav2Vec2BertForCTC"),
        ("AutoModelForCausalLM", "gpt2", "GPT2LMHeadModel"),
        ("AutoModelForCausalLM", "mbart", "MBartForCausalLM"),
        ("AutoModelForCausalLM", "trocr", "TrOCRForCausalLM"),
        ("AutoModelForDepthEstimation", "glpn", "GLPNForDepthEstimation"),
        ("AutoModelForDocumentQuestionAnswering", "vision-encoder-decoder", "VisionEncoder"),
        ("AutoModelForImageClassification", "vit", "ViTForImageClassification"),
        ("AutoModelForImageFeatureExtraction", "clip", "CLIPVisionModelWithProjection"),
        ("AutoModelForImageFeatureExtraction", "siglip", "SiglipVisionModel"),
        ("AutoModelForImageMatting", "vitmatte", "VitMatteForImageMatting"),
        ("AutoModelForImageSegmentation", "clipseg", "CLIPSegForImageSegmentation"),
        ("AutoModelForImageSegmentation", "detr", "DetrForSegmentation"),
        ("AutoModelForImageTextToText", "llava", "LlavaForConditionalGeneration"),
        ("AutoModelForImageToImage", "swin2sr", "Swin2SRForImageSuperResolution"),
        ("AutoModelForInstanceSegmentation", "maskformer", "MaskFormerForInstance"),
        ("AutoModelForMaskGeneration", "sam", "SamModel"),
        ("AutoModelForMaskedLM", "xlm", "XLMWithLMHeadModel"),
        ("AutoModelForNormalEstimation", "sapiens", "SapiensForNormalEstimation"),
        ("AutoModelForObjectDetection", "yolos", "YolosForObjectDetection"),
        ("AutoModelForQuestionAnswering", "deberta-v2", "DebertaV2ForQuestionAnswering"),
        ("AutoModelForSemanticSegmentation", "segformer", "SegformerForSemanticSegmentation"),
        ("AutoModelForSeq2SeqLM", "marian", "MarianMTModel"),
        ("AutoModelForSeq2SeqLM", "bart", "BartForConditionalGeneration"),
        ("AutoModelForSequenceClassification", "bart", "BartForSequenceClassification"),
        ("AutoModelForSpeechSeq2Seq", "speecht5", "SpeechT5ForSpeechToText"),
        ("AutoModelForSpeechSeq2Seq", "whisper", "WhisperForConditionalGeneration"),
        ("AutoModelForTextToSpectrogram", "speecht5", "SpeechT5ForTextToSpeech"),
        ("AutoModelForTextToWaveform", "musicgen", "MusicgenForConditionalGeneration"),
        ("AutoModelForTextToWaveform", "vits", "VitsModel"),
        ("AutoModelForTokenClassification", "esm", "EsmForTokenClassification"),
        ("AutoModelForUniversalSegmentation", "maskformer", "MaskFormerForInstance"),
        ("AutoModelForVision2Seq", "vision-encoder-decoder", "VisionEncoderDecoderModel"),
        ("AutoModelForXVector", "wavlm", "WavLMForXVector"),
        ("AutoModelForZeroShotObjectDetection", "owlv2", "Owlv2ForObjectDetection"),
    ],
)
def test_auto_classes_find_their_head(auto: str, model_type: str, wanted: str) -> None:
    assert getattr(onnxformers, auto).class_for(model_type).__name__.startswith(wanted)


def test_every_auto_class_loads_something() -> None:
    for auto in AUTO_CLASSES:
        assert any(loads(auto, row.model_type) for row in architectures()), auto


def loads(auto: str, model_type: str) -> bool:
    try:
        return find_head(auto, model_type) is not None
    except UnsupportedModelError:
        return False


def test_of_several_auto_classes_the_first_that_can_is_taken() -> None:
    names = ("AutoModelForTextToWaveform", "AutoModelForTextToSpectrogram")
    row, head = find_head(names, "speecht5") or pytest.fail("nothing")
    assert row.prefix + head == "SpeechT5ForTextToSpeech"


@pytest.mark.parametrize(
    ("auto", "model_type", "message"),
    [
        ("AutoModelForMaskedLM", "nope", r"unknown model_type 'nope' in config.json; it loads alb"),
        ("AutoModelForMaskedLM", None, r"unknown model_type None in config.json; it loads albert"),
        ("AutoModelForMaskGeneration", "nope", r"unknown .* it loads sam$"),
        ("AutoModelForMaskedLM", "gpt2", r"gpt2 has no such head; it has Model, LMHeadModel"),
        ("AutoModelForSequenceClassification", "wavlm", r"wavlm has no such head; it has Model"),
        ("AutoModelForMaskGeneration", "bert", r"bert has no such head; it has Model, ForM"),
    ],
)
def test_what_an_auto_class_does_not_load(auto: str, model_type: str | None, message: str) -> None:
    with pytest.raises(UnsupportedModelError, match=rf"\[{auto}\] {message}"):
        getattr(models, auto).class_for(model_type)


def test_bare_encoder_of_unknown_architecture_is_said_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert models.AutoModel.class_for("nope") is models.PreTrainedModel
    assert "model_type 'nope' is not in the registry" in caplog.text


def test_auto_classes_are_not_made_directly() -> None:
    with pytest.raises(UnsupportedModelError, match=r"use AutoModel.from_pretrained"):
        models.AutoModel()


@pytest.mark.parametrize("name", ["BertForPoetry", "FooPreTrainedModel", "bert", "Model", "_x"])
def test_unknown_name_is_an_attribute_error(name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        getattr(models, name)
    with pytest.raises(AttributeError, match=name):
        getattr(onnxformers, name)


def test_all_names_are_listed() -> None:
    assert {"AutoModel", "BertModel", "PreTrainedModel", "CausalLMOutput"} <= set(dir(models))
    assert {"pipeline", "ModelOutput", *AUTO_CLASSES} <= set(dir(onnxformers))
    for name in onnxformers.__all__:
        assert getattr(onnxformers, name) is not None
    for name in dir(models):
        assert isinstance(getattr(models, name), type)
