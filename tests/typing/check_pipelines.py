"""What a user's type checker sees of the pipeline classes; read by mypy, never run."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from typing_extensions import assert_type

from onnxformers.pipelines import (
    FeatureExtractionPipeline,
    FillMaskPipeline,
    QuestionAnsweringPipeline,
    SentenceSimilarityPipeline,
    TextClassificationPipeline,
    TextRankingPipeline,
    TokenClassificationPipeline,
    ZeroShotClassificationPipeline,
)
from onnxformers.pipelines.results import (
    Answer,
    Entity,
    Filling,
    Label,
    RankedDocument,
    ZeroShotClassification,
)

Vectors = NDArray[np.float32 | np.int8 | np.uint8]


async def classified(classify: TextClassificationPipeline) -> None:
    assert_type(classify("a"), list[Label])
    assert_type(classify(["a"], top_k=None), list[Label] | list[list[Label]])
    assert_type(classify(("a", "b")), list[Label] | list[list[Label]])
    assert_type(classify(iter(["a"])), Iterator[Label | list[Label]])
    assert_type(await classify.acall("a"), list[Label])
    assert_type(classify("a")[0]["label"], str)
    assert_type(classify("a")[0]["score"], float)
    classify(7)  # type: ignore[call-overload]
    assert_type(classify({"text": "a", "text_pair": "b"}), Label | list[Label])
    assert_type(classify("a", text_pair="b"), list[Label])
    classify("a")[0]["lable"]  # type: ignore[typeddict-item]


def embedded(embed: FeatureExtractionPipeline) -> None:
    assert_type(embed("a", pooling="mean"), Vectors)
    assert_type(embed(["a"]), Vectors)
    assert_type(embed(iter(["a"])), Iterator[Vectors])


def answered(ask: QuestionAnsweringPipeline) -> None:
    assert_type(ask("Who?", "Me."), Answer)
    assert_type(ask(question="Who?", context="Me."), Answer)
    assert_type(ask("Who?", "Me.", top_k=3, doc_stride=2), list[Answer])
    assert_type(ask({"question": "Who?", "context": "Me."}), Answer)
    assert_type(ask(["Who?"], ["Me."]), list[Answer] | list[list[Answer]])
    assert_type(ask([{"question": "Who?", "context": "Me."}]), list[Answer] | list[list[Answer]])
    assert_type(ask("Who?", "Me.")["end"], int)
    ask("Who?")  # type: ignore[call-overload]


def labelled(classify: ZeroShotClassificationPipeline) -> None:
    assert_type(classify("a", ["b"]), ZeroShotClassification)
    assert_type(classify(["a"], "b, c", multi_label=True), list[ZeroShotClassification])
    assert_type(classify(iter(["a"]), ["b"]), Iterator[ZeroShotClassification])
    assert_type(classify("a", ["b"])["scores"], list[float])


def recognized(ner: TokenClassificationPipeline) -> None:
    assert_type(ner("a"), list[Entity])
    assert_type(ner(["a"], aggregation_strategy="simple"), list[list[Entity]])
    assert_type(ner(iter(["a"])), Iterator[list[Entity]])
    assert_type(ner("a")[0]["entity_group"], str)
    assert_type(ner("a")[0]["start"], int)


def filled(fill: FillMaskPipeline) -> None:
    assert_type(fill("a [MASK]"), list[Filling] | list[list[Filling]])
    assert_type(fill(["a [MASK]"]), list[list[Filling] | list[list[Filling]]])
    assert_type(fill(iter(["a"])), Iterator[list[Filling] | list[list[Filling]]])


def compared(compare: SentenceSimilarityPipeline, rank: TextRankingPipeline) -> None:
    assert_type(compare("a", ["b"]), list[float])
    assert_type(compare({"source_sentence": "a", "sentences": ["b"]}), list[float])
    assert_type(rank("a", ["b", "c"], top_k=1), list[RankedDocument])
    assert_type(rank([{"query": "a", "documents": ["b"]}]), list[list[RankedDocument]])
    assert_type(rank("a", ["b"])[0]["index"], int)
