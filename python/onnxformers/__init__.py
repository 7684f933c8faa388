"""Transformers pipelines on ONNX Runtime with a native core.

Every public name is imported when first used; importing the package loads nothing heavy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onnxformers._native.runtime import CancelToken as CancelToken
    from onnxformers.configs import AutoConfig as AutoConfig
    from onnxformers.configs import PretrainedConfig as PretrainedConfig
    from onnxformers.errors import OnnxformersError as OnnxformersError
    from onnxformers.models import *  # noqa: F403
    from onnxformers.pipelines import pipeline as pipeline
    from onnxformers.runtime import SessionOptions as SessionOptions
    from onnxformers.settings import env as env
    from onnxformers.tokenizers import AutoTokenizer as AutoTokenizer
    from onnxformers.tokenizers import PreTrainedTokenizer as PreTrainedTokenizer

_OF_MODELS = (
    "AutoModel",
    "AutoModelForAudioClassification",
    "AutoModelForAudioFrameClassification",
    "AutoModelForCTC",
    "AutoModelForCausalLM",
    "AutoModelForDepthEstimation",
    "AutoModelForDocumentQuestionAnswering",
    "AutoModelForImageClassification",
    "AutoModelForImageFeatureExtraction",
    "AutoModelForImageMatting",
    "AutoModelForImageSegmentation",
    "AutoModelForImageTextToText",
    "AutoModelForImageToImage",
    "AutoModelForInstanceSegmentation",
    "AutoModelForMaskGeneration",
    "AutoModelForMaskedLM",
    "AutoModelForNormalEstimation",
    "AutoModelForObjectDetection",
    "AutoModelForQuestionAnswering",
    "AutoModelForSemanticSegmentation",
    "AutoModelForSeq2SeqLM",
    "AutoModelForSequenceClassification",
    "AutoModelForSpeechSeq2Seq",
    "AutoModelForTextToSpectrogram",
    "AutoModelForTextToWaveform",
    "AutoModelForTokenClassification",
    "AutoModelForUniversalSegmentation",
    "AutoModelForVision2Seq",
    "AutoModelForXVector",
    "AutoModelForZeroShotObjectDetection",
    "ModelOutput",
    "PreTrainedModel",
)
#: Public name -> module that defines it.
_HOMES = {
    "AutoConfig": "configs",
    "AutoTokenizer": "tokenizers",
    "CancelToken": "_native.runtime",
    "OnnxformersError": "errors",
    "PreTrainedTokenizer": "tokenizers",
    "PretrainedConfig": "configs",
    "SessionOptions": "runtime",
    "env": "settings",
    "pipeline": "pipelines",
    **dict.fromkeys(_OF_MODELS, "models"),
}

#: Model classes by name (BertForMaskedLM, ...) are here too, but too many to list.
__all__ = [*_HOMES, "__version__"]  # noqa: F405, PLE0604


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("onnxformers._native").__version__
    home = _HOMES.get(name) or _home_of_class(name)
    if home.startswith("_native."):
        value = getattr(getattr(import_module("onnxformers._native"), home[8:]), name)
    else:
        value = getattr(import_module(f"onnxformers.{home}"), name)
    globals()[name] = value
    return value


def _home_of_class(name: str) -> str:
    """Home of a model class: there are hundreds, so the registry is asked for them."""
    if name[0].isupper() and name in dir(import_module("onnxformers.models")):
        return "models"
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
