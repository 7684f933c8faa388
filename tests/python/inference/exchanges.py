"""Exchanges with the hosted API: what a method is given, what goes over the wire, what comes back.

Models, inputs and the forms of the answers are those of the API's documentation.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

PNG = b"\x89PNG\r\n\x1a\n" + bytes(24)
FLAC = b"fLaC" + bytes(24)
PNG_TEXT = base64.b64encode(PNG).decode()
DOCUMENT = {"image": PNG, "question": "What is the invoice number?"}
SENTENCES = {
    "source_sentence": "That is a happy person",
    "sentences": ["That is a happy dog", "That is a very happy person", "Today is a sunny day"],
}
TABLE = {
    "query": "How many stars does the transformers repository have?",
    "table": {"Repository": ["Transformers", "Datasets"], "Stars": ["36542", "4512"]},
}
WINE = {"data": {"fixed_acidity": ["7.4", "7.8", "10.3"], "pH": ["3.51", "3.2", "3.26"]}}
LABELS = [{"label": "POSITIVE", "score": 0.9998}, {"label": "NEGATIVE", "score": 0.0002}]
ENTITY = {"entity_group": "PER", "score": 0.99, "word": "Sarah", "start": 11, "end": 16}
BOX = {"xmin": 45, "ymin": 67, "xmax": 120, "ymax": 200}
TALK = {
    "past_user_inputs": ["Which movie is the best ?"],
    "generated_responses": ["It is Die Hard for sure."],
    "text": "Can you explain why ?",
}
SAID = {
    "generated_text": "It's the best movie ever.",
    "conversation": {
        "past_user_inputs": ["Which movie is the best ?", "Can you explain why ?"],
        "generated_responses": ["It is Die Hard for sure.", "It's the best movie ever."],
    },
    "warnings": ["Setting `pad_token_id` to `eos_token_id`:50256 for open-end generation."],
}
MESSAGES = [{"role": "user", "content": "What is 1+1?"}]
CHAT = {
    "object": "chat.completion",
    "id": "",
    "created": 1718030000,
    "model": "org/model",
    "system_fingerprint": "2.0.3-sha-abc",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "2"},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 14, "completion_tokens": 2, "total_tokens": 16},
}


@dataclass(frozen=True)
class Exchange:
    """One exchange.

    Attributes:
        method: Of the client.
        given: Its arguments, without the model.
        answer: What the server sends: JSON, or bytes for a file.
        result: What the method gives; None when that is the answer.
        body: What the method sends: JSON fields beside the model, or bytes; None when it is what
            was given.
        path: In front of the model's name.
    """

    method: str
    given: dict[str, Any]
    answer: Any
    result: Any = None
    body: Any = None
    path: str = "/models"

    @property
    def expected(self) -> Any:
        return self.answer if self.result is None else self.result

    @property
    def sent(self) -> Any:
        return self.given if self.body is None else self.body


def of_file(method: str, data: bytes, answer: Any, result: Any = None) -> Exchange:
    return Exchange(method, {"data": data}, answer, result, body=data)


def of_picture(method: str, inputs: dict[str, Any], answer: Any, **rest: Any) -> Exchange:
    parameters = {k: v for k, v in rest.items() if k == "parameters"}
    body = {"inputs": {**inputs, "image": PNG_TEXT}, **parameters}
    return Exchange(method, {"inputs": inputs, **parameters}, answer, rest.get("result"), body)


EXCHANGES = [
    Exchange(
        "fill_mask",
        {"inputs": "[MASK] world!"},
        [{"score": 0.29, "token": 7592, "token_str": "hello", "sequence": "hello world!"}],
    ),
    Exchange(
        "summarization",
        {"inputs": "The tower is 324 metres tall ...", "parameters": {"max_length": 100}},
        [{"summary_text": "The tower is tall."}],
        {"summary_text": "The tower is tall."},
    ),
    Exchange(
        "question_answering",
        {"inputs": {"question": "What is the capital?", "context": "The capital is Paris."}},
        {"answer": "Paris", "score": 0.98, "start": 15, "end": 20},
    ),
    Exchange(
        "question_answer",
        {"inputs": {"question": "What is the capital?", "context": "The capital is Paris."}},
        {"answer": "Paris", "score": 1, "start": 15, "end": 20},
    ),
    Exchange(
        "table_question_answering",
        {"inputs": TABLE},
        {"answer": "36542", "coordinates": [[0, 1]], "cells": ["36542"], "aggregator": "AVERAGE"},
    ),
    Exchange(
        "table_question_answer",
        {"inputs": TABLE},
        {"answer": "36542", "coordinates": [[0, 1]], "cells": ["36542"], "aggregator": "NONE"},
    ),
    Exchange("text_classification", {"inputs": "I like you."}, [LABELS], LABELS),
    Exchange(
        "text_generation",
        {"inputs": "The answer to the universe is", "parameters": {"max_new_tokens": 2}},
        [{"generated_text": "The answer to the universe is 42."}],
        {"generated_text": "The answer to the universe is 42."},
    ),
    Exchange("token_classification", {"inputs": "My name is Sarah"}, [ENTITY]),
    Exchange("token_classification", {"inputs": "My name is Sarah"}, ENTITY, [ENTITY]),
    Exchange(
        "translation",
        {"inputs": "My name is Wolfgang"},
        [{"translation_text": "Mein Name ist Wolfgang"}],
        {"translation_text": "Mein Name ist Wolfgang"},
    ),
    Exchange(
        "translation",
        {"inputs": ["one", "two"]},
        [{"translation_text": "eins"}, {"translation_text": "zwei"}],
    ),
    Exchange(
        "zero_shot_classification",
        {"inputs": ["Hi"], "parameters": {"candidate_labels": ["refund", "legal"]}},
        [{"sequence": "Hi", "labels": ["refund", "legal"], "scores": [0.8, 0.2]}],
    ),
    Exchange(
        "zero_shot_classification",
        {"inputs": "Hi", "parameters": {"candidate_labels": ["a"], "multi_label": True}},
        {"sequence": "Hi", "labels": ["a"], "scores": [1]},
        [{"sequence": "Hi", "labels": ["a"], "scores": [1]}],
    ),
    Exchange(
        "zero_shot_classification",
        {"inputs": "Hi", "parameters": {"candidate_labels": ["a", "b"]}},
        [{"label": "b", "score": 0.75}, {"label": "a", "score": 0.25}],
        [{"sequence": "Hi", "labels": ["b", "a"], "scores": [0.75, 0.25]}],
    ),
    Exchange("conversational", {"inputs": TALK}, SAID),
    Exchange(
        "feature_extraction",
        {"inputs": "That is a happy person"},
        [0.25, -0.5, 1],
        path="/pipeline/feature-extraction",
    ),
    Exchange(
        "feature_extraction",
        {"inputs": ["a", "b"]},
        [[[0.5, 1]], [[2, 0.25]]],
        path="/pipeline/feature-extraction",
    ),
    Exchange(
        "feature_extraction",
        {"inputs": SENTENCES},
        [0.69, 0.94, 0.25],
        path="/pipeline/sentence-similarity",
    ),
    Exchange(
        "sentence_similarity",
        {"inputs": SENTENCES},
        [0.69, 0.94, 0.25],
        path="/pipeline/sentence-similarity",
    ),
    of_file("automatic_speech_recognition", FLAC, {"text": "GOING ALONG SLUSHY COUNTRY ROADS"}),
    of_file("audio_classification", FLAC, [{"label": "neu", "score": 0.7}]),
    of_file(
        "audio_to_audio",
        FLAC,
        [{"label": "label_0", "blob": "ZkxhQw==", "content-type": "audio/flac"}],
    ),
    Exchange("text_to_speech", {"inputs": "hello world!"}, FLAC),
    of_file("image_classification", PNG, LABELS),
    of_file("image_segmentation", PNG, [{"score": 0.99, "label": "cat", "mask": "iVBORw=="}]),
    of_file("image_to_text", PNG, [{"generated_text": "two cats"}], {"generated_text": "two cats"}),
    Exchange("image_to_image", {"inputs": PNG}, PNG, body=PNG),
    Exchange(
        "image_to_image",
        {"inputs": PNG, "parameters": {"prompt": "elmo's lecture"}},
        PNG,
        body={"inputs": PNG_TEXT, "parameters": {"prompt": "elmo's lecture"}},
    ),
    of_file("object_detection", PNG, [{"label": "cat", "score": 0.9, "box": BOX}]),
    of_picture(
        "zero_shot_image_classification",
        {"image": PNG},
        [{"label": "animal", "score": 0.9}],
        parameters={"candidate_labels": ["animal", "person"]},
    ),
    Exchange(
        "text_to_image",
        {"inputs": "a nightmare", "parameters": {"negative_prompt": "blurry"}},
        PNG,
    ),
    of_picture(
        "visual_question_answering",
        {"image": PNG, "question": "How many cats are lying down?"},
        [{"answer": "2", "score": 0.94}],
        result={"answer": "2", "score": 0.94},
    ),
    of_picture(
        "document_question_answering",
        DOCUMENT,
        [{"answer": "us-001", "score": 0.99, "start": 16, "end": 16}],
        result={"answer": "us-001", "score": 0.99, "start": 16, "end": 16},
    ),
    of_picture("document_question_answering", DOCUMENT, {"answer": "us-001"}),
    Exchange("tabular_classification", {"inputs": WINE}, [5, 5, 6]),
    Exchange("tabular_regression", {"inputs": WINE}, [270.5, 31.25, 0]),
]

#: Methods that stream: their arguments, the events of the answer, what they give.
TOKENS = [
    {"token": {"id": 1, "text": "one", "logprob": -0.5, "special": False}, "generated_text": None},
    {
        "index": 2,
        "token": {"id": 2, "text": " two", "logprob": -1, "special": False},
        "generated_text": "one two",
        "details": {"finish_reason": "length", "generated_tokens": 2, "seed": None},
    },
]
PIECES = [
    {**CHAT, "choices": [{"index": 0, "delta": {"role": "assistant", "content": text}}]}
    for text in ("2", "")
]


def events(values: list[Any]) -> bytes:
    return b"".join(f"data:{json.dumps(value)}\n\n".encode() for value in values)


WRONG_ANSWERS: list[tuple[str, dict[str, Any], Any, str]] = [
    ("fill_mask", {"inputs": "x"}, [{"score": "1"}], r"answer\[0\].score must be a number"),
    ("fill_mask", {"inputs": "x"}, {"score": 1}, "answer must be a list"),
    ("summarization", {"inputs": "x"}, [{}], "answer has no summary_text"),
    ("summarization", {"inputs": "x"}, [], "answer must be an object, got list"),
    ("question_answering", {"inputs": {}}, {"answer": 3}, "answer.answer must be a string"),
    ("text_classification", {"inputs": "x"}, LABELS, "answer must be a list, got dict"),
    ("text_classification", {"inputs": "x"}, [[{"label": "A", "score": True}]], "got bool"),
    ("text_generation", {"inputs": "x"}, [{"generated_text": None}], "has no generated_text"),
    ("token_classification", {"inputs": "x"}, [{**ENTITY, "entity_group": 1}], "entity_group"),
    ("feature_extraction", {"inputs": "x"}, [[[[[1.0]]]]], "nested too deep"),
    ("feature_extraction", {"inputs": "x"}, [[1.0], 2.0], r"answer\[0\] must be a number"),
    ("feature_extraction", {"inputs": "x"}, ["1.0"], "must be a number, got str"),
    ("conversational", {"inputs": TALK}, {"generated_text": "x"}, "has no conversation"),
    ("table_question_answering", {"inputs": TABLE}, {"answer": "x"}, "has no aggregator"),
    ("text_to_speech", {"inputs": "x"}, {"a": 1}, "must be a file, got dict"),
    ("object_detection", {"data": PNG}, [{"label": "x", "score": 1}], "has no box"),
    ("tabular_regression", {"inputs": WINE}, "3", "must be a list, got str"),
]
