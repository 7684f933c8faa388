"""Text architectures.

Source: spec/transformers.js/models.md; heads as Transformers.js 3.0.0 has them.
"""

from __future__ import annotations

from onnxformers.models.registry.row import Architecture

ENCODER_ONLY = "encoder-only"

_MASKED_LM = "ForMaskedLM"
_SEQUENCE = "ForSequenceClassification"
_TOKEN = "ForTokenClassification"
_QUESTION = "ForQuestionAnswering"
_EVERY_HEAD = ("Model", _MASKED_LM, _SEQUENCE, _TOKEN, _QUESTION)
_NO_TOKEN_HEAD = ("Model", _MASKED_LM, _SEQUENCE, _QUESTION)

TEXT = (
    Architecture("albert", "Albert", ENCODER_ONLY, _NO_TOKEN_HEAD),
    Architecture("bart", "Bart", ENCODER_ONLY, (_SEQUENCE,)),
    Architecture("bert", "Bert", ENCODER_ONLY, _EVERY_HEAD),
    Architecture("camembert", "Camembert", ENCODER_ONLY, _EVERY_HEAD),
    Architecture("convbert", "ConvBert", ENCODER_ONLY, _EVERY_HEAD),
    Architecture("deberta", "Deberta", ENCODER_ONLY, _EVERY_HEAD),
    Architecture("deberta-v2", "DebertaV2", ENCODER_ONLY, _EVERY_HEAD),
    Architecture("distilbert", "DistilBert", ENCODER_ONLY, _EVERY_HEAD),
    Architecture("electra", "Electra", ENCODER_ONLY, _EVERY_HEAD),
    Architecture("esm", "Esm", ENCODER_ONLY, ("Model", _MASKED_LM, _SEQUENCE, _TOKEN)),
    Architecture("mobilebert", "MobileBert", ENCODER_ONLY, _NO_TOKEN_HEAD),
    Architecture("mpnet", "MPNet", ENCODER_ONLY, _EVERY_HEAD),
    Architecture("nomic_bert", "NomicBert", ENCODER_ONLY, ("Model",)),
    Architecture("roberta", "Roberta", ENCODER_ONLY, _EVERY_HEAD),
    Architecture("roformer", "RoFormer", ENCODER_ONLY, _EVERY_HEAD),
    Architecture("squeezebert", "SqueezeBert", ENCODER_ONLY, _NO_TOKEN_HEAD),
    Architecture(
        "xlm", "XLM", ENCODER_ONLY, ("Model", "WithLMHeadModel", _SEQUENCE, _TOKEN, _QUESTION)
    ),
    Architecture("xlm-roberta", "XLMRoberta", ENCODER_ONLY, _EVERY_HEAD),
)
