"""Tasks: the pipeline class, the AutoModel class and the default model of each, as data."""

from __future__ import annotations

import re
from typing import NamedTuple


class Task(NamedTuple):
    """One task.

    Attributes:
        name: As `pipeline()` takes it.
        module: File of the pipeline class in onnxformers.pipelines.
        pipeline_class: Name of the pipeline class.
        auto_class: AutoModel class that loads its model; of several the first that can.
        default_model: Hub id used when none is given; the choice of Transformers.js 3 where it has
            the task. "" for a task without a usual one.
        aliases: Other names of the task.
        processor: Auto class of what makes arrays of images or sound; "" for none.
        has_tokenizer: Whether it reads or writes text.
    """

    name: str
    module: str
    pipeline_class: str
    auto_class: str | tuple[str, ...]
    default_model: str
    aliases: tuple[str, ...] = ()
    processor: str = ""
    has_tokenizer: bool = True


_IMAGES = "AutoImageProcessor"
#: The last one takes models that are in no row, such as MODNet.
_SEGMENTATION = (
    "AutoModelForImageSegmentation",
    "AutoModelForSemanticSegmentation",
    "AutoModelForUniversalSegmentation",
    "AutoModel",
)

TASKS = (
    Task(
        "audio-classification",
        "audio_classification",
        "AudioClassificationPipeline",
        "AutoModelForAudioClassification",
        "Xenova/wav2vec2-base-superb-ks",
        processor="AutoFeatureExtractor",
        has_tokenizer=False,
    ),
    Task(
        "audio-to-audio",
        "audio_to_audio",
        "AudioToAudioPipeline",
        "AutoModel",
        "",
        has_tokenizer=False,
    ),
    Task(
        "automatic-speech-recognition",
        "automatic_speech_recognition",
        "AutomaticSpeechRecognitionPipeline",
        ("AutoModelForSpeechSeq2Seq", "AutoModelForCTC"),
        "Xenova/whisper-tiny.en",
        aliases=("asr",),
        processor="AutoFeatureExtractor",
    ),
    Task(
        "feature-extraction",
        "feature_extraction",
        "FeatureExtractionPipeline",
        "AutoModel",
        "Xenova/all-MiniLM-L6-v2",
        aliases=("embeddings",),
    ),
    Task(
        "fill-mask",
        "fill_mask",
        "FillMaskPipeline",
        "AutoModelForMaskedLM",
        "Xenova/bert-base-uncased",
    ),
    Task(
        "question-answering",
        "question_answering",
        "QuestionAnsweringPipeline",
        "AutoModelForQuestionAnswering",
        "Xenova/distilbert-base-cased-distilled-squad",
    ),
    Task(
        "sentence-similarity",
        "sentence_similarity",
        "SentenceSimilarityPipeline",
        "AutoModel",
        "Xenova/all-MiniLM-L6-v2",
    ),
    Task(
        "summarization",
        "text2text_generation",
        "SummarizationPipeline",
        "AutoModelForSeq2SeqLM",
        "Xenova/distilbart-cnn-6-6",
    ),
    Task(
        "text-classification",
        "text_classification",
        "TextClassificationPipeline",
        "AutoModelForSequenceClassification",
        "Xenova/distilbert-base-uncased-finetuned-sst-2-english",
        aliases=("sentiment-analysis",),
    ),
    Task(
        "text-generation",
        "text_generation",
        "TextGenerationPipeline",
        "AutoModelForCausalLM",
        "Xenova/gpt2",
    ),
    Task(
        "text-to-audio",
        "text_to_audio",
        "TextToAudioPipeline",
        ("AutoModelForTextToWaveform", "AutoModelForTextToSpectrogram"),
        "Xenova/speecht5_tts",
        aliases=("text-to-speech",),
    ),
    Task(
        "text2text-generation",
        "text2text_generation",
        "Text2TextGenerationPipeline",
        "AutoModelForSeq2SeqLM",
        "Xenova/flan-t5-small",
    ),
    Task(
        "token-classification",
        "token_classification",
        "TokenClassificationPipeline",
        "AutoModelForTokenClassification",
        "Xenova/bert-base-multilingual-cased-ner-hrl",
        aliases=("ner",),
    ),
    Task(
        "text-ranking",
        "text_ranking",
        "TextRankingPipeline",
        "AutoModelForSequenceClassification",
        "Xenova/ms-marco-MiniLM-L-6-v2",
    ),
    Task(
        "translation",
        "translation",
        "TranslationPipeline",
        "AutoModelForSeq2SeqLM",
        "Xenova/t5-small",
    ),
    Task(
        "zero-shot-audio-classification",
        "zero_shot_audio_classification",
        "ZeroShotAudioClassificationPipeline",
        "AutoModel",
        "Xenova/clap-htsat-unfused",
        processor="AutoFeatureExtractor",
    ),
    Task(
        "zero-shot-classification",
        "zero_shot_classification",
        "ZeroShotClassificationPipeline",
        "AutoModelForSequenceClassification",
        "Xenova/distilbert-base-uncased-mnli",
    ),
    Task(
        "background-removal",
        "background_removal",
        "BackgroundRemovalPipeline",
        _SEGMENTATION,
        "Xenova/modnet",
        processor=_IMAGES,
        has_tokenizer=False,
    ),
    Task(
        "depth-estimation",
        "depth_estimation",
        "DepthEstimationPipeline",
        "AutoModelForDepthEstimation",
        "Xenova/dpt-large",
        processor=_IMAGES,
        has_tokenizer=False,
    ),
    Task(
        "document-question-answering",
        "document_question_answering",
        "DocumentQuestionAnsweringPipeline",
        "AutoModelForDocumentQuestionAnswering",
        "Xenova/donut-base-finetuned-docvqa",
        processor=_IMAGES,
    ),
    Task(
        "image-classification",
        "image_classification",
        "ImageClassificationPipeline",
        "AutoModelForImageClassification",
        "Xenova/vit-base-patch16-224",
        processor=_IMAGES,
        has_tokenizer=False,
    ),
    Task(
        "image-feature-extraction",
        "image_feature_extraction",
        "ImageFeatureExtractionPipeline",
        ("AutoModelForImageFeatureExtraction", "AutoModel"),
        "Xenova/vit-base-patch16-224-in21k",
        processor=_IMAGES,
        has_tokenizer=False,
    ),
    Task(
        "image-segmentation",
        "image_segmentation",
        "ImageSegmentationPipeline",
        _SEGMENTATION,
        "Xenova/detr-resnet-50-panoptic",
        processor=_IMAGES,
        has_tokenizer=False,
    ),
    Task(
        "image-to-image",
        "image_to_image",
        "ImageToImagePipeline",
        "AutoModelForImageToImage",
        "Xenova/swin2SR-classical-sr-x2-64",
        processor=_IMAGES,
        has_tokenizer=False,
    ),
    Task(
        "image-to-text",
        "image_to_text",
        "ImageToTextPipeline",
        "AutoModelForVision2Seq",
        "Xenova/vit-gpt2-image-captioning",
        processor=_IMAGES,
    ),
    Task(
        "keypoint-detection",
        "keypoint_detection",
        "KeypointDetectionPipeline",
        "AutoModel",
        "onnx-community/vitpose-base-simple",
        processor=_IMAGES,
        has_tokenizer=False,
    ),
    Task(
        "mask-generation",
        "mask_generation",
        "MaskGenerationPipeline",
        "AutoModelForMaskGeneration",
        "Xenova/slimsam-77-uniform",
        processor="AutoProcessor",
        has_tokenizer=False,
    ),
    Task(
        "object-detection",
        "object_detection",
        "ObjectDetectionPipeline",
        "AutoModelForObjectDetection",
        "Xenova/detr-resnet-50",
        processor=_IMAGES,
        has_tokenizer=False,
    ),
    Task(
        "visual-question-answering",
        "visual_question_answering",
        "VisualQuestionAnsweringPipeline",
        ("AutoModelForImageTextToText", "AutoModel"),
        "Xenova/moondream2",
        processor="AutoProcessor",
    ),
    Task(
        "zero-shot-image-classification",
        "zero_shot_image_classification",
        "ZeroShotImageClassificationPipeline",
        "AutoModel",
        "Xenova/clip-vit-base-patch32",
        processor=_IMAGES,
    ),
    Task(
        "zero-shot-object-detection",
        "zero_shot_object_detection",
        "ZeroShotObjectDetectionPipeline",
        "AutoModelForZeroShotObjectDetection",
        "Xenova/owlvit-base-patch32",
        processor=_IMAGES,
    ),
)

TASK_BY_NAME: dict[str, Task] = {
    name: task for task in TASKS for name in (task.name, *task.aliases)
}
PIPELINE_CLASSES: dict[str, Task] = {task.pipeline_class: task for task in TASKS}
#: The task of translating between the two languages named.
TRANSLATION_PAIR = re.compile(r"translation_(?P<src_lang>.+)_to_(?P<tgt_lang>.+)")

#: Tasks of the specification that this version does not have.
NOT_YET = frozenset(
    {
        "table-question-answering",
        "tabular-classification",
        "tabular-regression",
        "text-to-image",
    }
)
