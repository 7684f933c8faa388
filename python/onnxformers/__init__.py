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
    from onnxformers.generation import *  # noqa: F403
    from onnxformers.generation import GenerationConfig as GenerationConfig
    from onnxformers.hub import LoadOptions as LoadOptions
    from onnxformers.inference import AsyncHfInference as AsyncHfInference
    from onnxformers.inference import AsyncHfInferenceEndpoint as AsyncHfInferenceEndpoint
    from onnxformers.inference import HfInference as HfInference
    from onnxformers.inference import HfInferenceEndpoint as HfInferenceEndpoint
    from onnxformers.inference import InferenceOutputError as InferenceOutputError
    from onnxformers.models import *  # noqa: F403
    from onnxformers.pipelines import *  # noqa: F403
    from onnxformers.pipelines import pipeline as pipeline
    from onnxformers.processors import *  # noqa: F403
    from onnxformers.processors import AutoFeatureExtractor as AutoFeatureExtractor
    from onnxformers.processors import AutoImageProcessor as AutoImageProcessor
    from onnxformers.processors import AutoProcessor as AutoProcessor
    from onnxformers.processors import BatchFeature as BatchFeature
    from onnxformers.processors import FeatureExtractor as FeatureExtractor
    from onnxformers.processors import ImageProcessor as ImageProcessor
    from onnxformers.processors import Processor as Processor
    from onnxformers.runtime import SessionOptions as SessionOptions
    from onnxformers.settings import env as env
    from onnxformers.tokenizers import *  # noqa: F403
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
    "GenerationQueue",
    "ModelOutput",
    "PreTrainedModel",
)
_OF_INFERENCE = (
    "AsyncHfInference",
    "AsyncHfInferenceEndpoint",
    "HfInference",
    "HfInferenceEndpoint",
    "InferenceOutputError",
)
_OF_GENERATION = (
    "BaseStreamer",
    "EosTokenCriteria",
    "GenerationConfig",
    "InterruptableStoppingCriteria",
    "LogitsProcessor",
    "LogitsProcessorList",
    "LogitsWarper",
    "MaxLengthCriteria",
    "MaxTimeCriteria",
    "StopStringCriteria",
    "StoppingCriteria",
    "StoppingCriteriaList",
    "TextIteratorStreamer",
    "TextStreamer",
    "WhisperTextStreamer",
)
#: Public name -> module that defines it.
_HOMES = {
    "AddedToken": "tokenizers",
    "AutoConfig": "configs",
    "AutoFeatureExtractor": "processors",
    "AutoImageProcessor": "processors",
    "AutoProcessor": "processors",
    "AutoTokenizer": "tokenizers",
    "BatchEncoding": "tokenizers",
    "BatchFeature": "processors",
    "CancelToken": "_native.runtime",
    "FeatureExtractor": "processors",
    "ImageProcessor": "processors",
    "LoadOptions": "hub",
    "OnnxformersError": "errors",
    "PreTrainedTokenizer": "tokenizers",
    "PretrainedConfig": "configs",
    "Processor": "processors",
    "SessionOptions": "runtime",
    "env": "settings",
    "pipeline": "pipelines",
    **dict.fromkeys(_OF_GENERATION, "generation"),
    **dict.fromkeys(_OF_INFERENCE, "inference"),
    **dict.fromkeys(_OF_MODELS, "models"),
}

#: The modules a user may want, for `onnxformers.ops.softmax` after `import onnxformers`.
_ROOMS = frozenset(
    (
        "audio",
        "configs",
        "errors",
        "generation",
        "hub",
        "image",
        "inference",
        "models",
        "ops",
        "pipelines",
        "processors",
        "runtime",
        "settings",
        "tokenizers",
    )
)

#: Classes of models, tokenizers, processors and pipelines by name (BertForMaskedLM, ...) are
#: here too, but too many to list.
__all__ = [*_HOMES, "__version__"]  # noqa: F405, PLE0604


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("onnxformers._native").__version__
    if name in _ROOMS:
        return import_module(f"onnxformers.{name}")
    home = _HOMES.get(name) or _home_of_class(name)
    if home.startswith("_native."):
        value = getattr(getattr(import_module("onnxformers._native"), home[8:]), name)
    else:
        value = getattr(import_module(f"onnxformers.{home}"), name)
    globals()[name] = value
    return value


def _home_of_class(name: str) -> str:
    """Home of a class that is not listed: there are hundreds, so their registries are asked."""
    home = "models"
    if name.endswith("Pipeline"):
        home = "pipelines"
    elif name.endswith(("Tokenizer", "TokenizerFast")):
        home = "tokenizers"
    elif name.endswith(("LogitsProcessor", "LogitsWarper")):
        home = "generation.logits"
    elif name.removesuffix("Fast").endswith(("Processor", "FeatureExtractor")):
        home = "processors"
    if name[0].isupper() and hasattr(import_module(f"onnxformers.{home}"), name):
        return home
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
