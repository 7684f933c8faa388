"""What the ends of class names stand for: AutoModel classes and output classes.

Source: spec/transformers.js/models.md; mappings as Transformers.js 3.0.0 has them.
"""

from __future__ import annotations

from onnxformers.models.registry.row import AutoRow

TEXT, VISION, AUDIO, MULTIMODAL = MODALITIES = ("text", "vision", "audio", "multimodal")

AUTO_CLASSES: dict[str, AutoRow] = {
    "AutoModel": AutoRow(("Model",)),
    "AutoModelForAudioClassification": AutoRow(
        ("ForSequenceClassification", "ForAudioClassification"), AUDIO
    ),
    "AutoModelForAudioFrameClassification": AutoRow(("ForAudioFrameClassification",), AUDIO),
    "AutoModelForCTC": AutoRow(("ForCTC",), AUDIO),
    "AutoModelForCausalLM": AutoRow(("ForCausalLM", "LMHeadModel"), TEXT),
    "AutoModelForDepthEstimation": AutoRow(("ForDepthEstimation",), VISION),
    "AutoModelForDocumentQuestionAnswering": AutoRow(
        ("Model",), MULTIMODAL, ("vision-encoder-decoder",)
    ),
    "AutoModelForImageClassification": AutoRow(("ForImageClassification",), VISION),
    "AutoModelForImageFeatureExtraction": AutoRow(
        ("VisionModelWithProjection", "VisionModel"), MULTIMODAL
    ),
    "AutoModelForImageMatting": AutoRow(("ForImageMatting",), VISION),
    "AutoModelForImageSegmentation": AutoRow(("ForSegmentation", "ForImageSegmentation")),
    "AutoModelForImageTextToText": AutoRow(("ForConditionalGeneration",), MULTIMODAL),
    "AutoModelForImageToImage": AutoRow(("ForImageSuperResolution",), VISION),
    "AutoModelForInstanceSegmentation": AutoRow(("ForInstanceSegmentation",), VISION),
    "AutoModelForMaskGeneration": AutoRow(("Model",), VISION, ("sam",)),
    "AutoModelForMaskedLM": AutoRow(("ForMaskedLM", "WithLMHeadModel"), TEXT),
    "AutoModelForNormalEstimation": AutoRow(("ForNormalEstimation",), VISION),
    "AutoModelForObjectDetection": AutoRow(("ForObjectDetection",), VISION),
    "AutoModelForQuestionAnswering": AutoRow(("ForQuestionAnswering",), TEXT),
    "AutoModelForSemanticSegmentation": AutoRow(("ForSemanticSegmentation",), VISION),
    "AutoModelForSeq2SeqLM": AutoRow(("ForConditionalGeneration", "MTModel"), TEXT),
    "AutoModelForSequenceClassification": AutoRow(("ForSequenceClassification",), TEXT),
    "AutoModelForSpeechSeq2Seq": AutoRow(
        ("ForConditionalGeneration", "ForSpeechToText"), AUDIO, ("whisper", "moonshine", "speecht5")
    ),
    "AutoModelForTextToSpectrogram": AutoRow(("ForTextToSpeech",), AUDIO),
    "AutoModelForTextToWaveform": AutoRow(
        ("ForConditionalGeneration", "Model"), AUDIO, ("vits", "musicgen")
    ),
    "AutoModelForTokenClassification": AutoRow(("ForTokenClassification",), TEXT),
    "AutoModelForUniversalSegmentation": AutoRow(
        ("ForSegmentation", "ForInstanceSegmentation"), VISION
    ),
    "AutoModelForVision2Seq": AutoRow(("Model",), MULTIMODAL, ("vision-encoder-decoder",)),
    "AutoModelForXVector": AutoRow(("ForXVector",), AUDIO),
    "AutoModelForZeroShotObjectDetection": AutoRow(("ForObjectDetection",), MULTIMODAL),
}

#: Head -> class of `outputs`; heads that are not here give a plain ModelOutput.
HEAD_OUTPUTS: dict[str, str] = {
    "ForAudioClassification": "SequenceClassifierOutput",
    "ForAudioFrameClassification": "TokenClassifierOutput",
    "ForCTC": "CausalLMOutput",
    "ForCausalLM": "CausalLMOutputWithPast",
    "ForConditionalGeneration": "Seq2SeqLMOutput",
    "ForImageClassification": "SequenceClassifierOutput",
    "ForImageMatting": "ImageMattingOutput",
    "ForMaskedLM": "MaskedLMOutput",
    "ForObjectDetection": "DetrObjectDetectionOutput",
    "ForQuestionAnswering": "QuestionAnsweringModelOutput",
    "ForSegmentation": "DetrSegmentationOutput",
    "ForSequenceClassification": "SequenceClassifierOutput",
    "ForSpeechToText": "Seq2SeqLMOutput",
    "ForTokenClassification": "TokenClassifierOutput",
    "ForXVector": "XVectorOutput",
    "LMHeadModel": "CausalLMOutputWithPast",
    "MTModel": "Seq2SeqLMOutput",
    "Model": "BaseModelOutput",
    "WithLMHeadModel": "MaskedLMOutput",
}

#: Kind -> class of `outputs` for the head "Model", where it has a cache too.
STATES: dict[str, str] = {
    "decoder-only": "BaseModelOutputWithPast",
    "encoder-decoder": "Seq2SeqModelOutput",
}
