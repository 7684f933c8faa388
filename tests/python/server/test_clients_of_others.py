"""Clients that others wrote read the answers of our server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from huggingface_hub import InferenceClient

from onnxformers import pipeline
from serving import MODELS, Running

TEXT = "Sarah lives in London."


@pytest.fixture
def client(server: Running) -> InferenceClient:
    return InferenceClient(token="none")


def at(server: Running, model: str, task: str | None = None) -> str:
    path = f"/pipeline/{task}" if task else "/models"
    return f"{server.address}{path}/{model}"


def test_hub_text_classification(server: Running, client: InferenceClient) -> None:
    found = client.text_classification(TEXT, model=at(server, "bert-uncased-sst"), top_k=2)
    with pipeline("text-classification", MODELS / "bert-uncased-sst") as pipe:
        assert [(one.label, one.score) for one in found] == [
            (one["label"], one["score"]) for one in pipe(TEXT, top_k=2)
        ]


def test_hub_token_classification(server: Running, client: InferenceClient) -> None:
    found = client.token_classification(TEXT, model=at(server, "bert-cased-ner"))
    with pipeline("token-classification", MODELS / "bert-cased-ner") as pipe:
        wanted = pipe(TEXT, aggregation_strategy="simple")
    assert [(one.entity_group, one.start) for one in found] == [
        (one["entity_group"], one["start"]) for one in wanted
    ]


def test_hub_fill_mask(server: Running, client: InferenceClient) -> None:
    found = client.fill_mask("the [MASK].", model=at(server, "bert-uncased-mlm"), top_k=3)
    assert [one.token_str in one.sequence for one in found] == [True] * 3


def test_hub_question_answering(server: Running, client: InferenceClient) -> None:
    model = at(server, "bert-cased-qa")
    found: Any = client.question_answering(question="Who?", context=TEXT, model=model)
    assert TEXT[found.start : found.end] == found.answer


def test_hub_zero_shot_classification(server: Running, client: InferenceClient) -> None:
    model = at(server, "bart-nli")
    found = client.zero_shot_classification(TEXT, ["a", "b"], multi_label=True, model=model)
    assert {one.label for one in found} == {"a", "b"}


def test_hub_summarization_and_translation(server: Running, client: InferenceClient) -> None:
    options: Any = {"generate_parameters": {"max_new_tokens": 3}}
    assert client.summarization(TEXT, model=at(server, "bart-cnn"), **options).summary_text
    assert client.translation(TEXT, model=at(server, "marian"), **options).translation_text


def test_hub_feature_extraction(server: Running, client: InferenceClient) -> None:
    for address in (
        at(server, "bert-uncased-embed"),
        at(server, "bert-uncased-embed", "feature-extraction"),
    ):
        found = client.feature_extraction(TEXT, model=address, normalize=True)
        assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)


def test_hub_sentence_similarity(server: Running, client: InferenceClient) -> None:
    model = at(server, "bert-uncased-embed", "sentence-similarity")
    found = client.sentence_similarity(TEXT, [TEXT, "Something else"], model=model)
    assert found[0] == pytest.approx(1, abs=1e-5)


def test_hub_text_generation(server: Running, client: InferenceClient) -> None:
    model = at(server, "qwen2")
    whole = client.text_generation("The railway", model=model, max_new_tokens=4)
    pieces = client.text_generation("The railway", model=model, max_new_tokens=4, stream=True)
    assert "".join(pieces) in str(whole)
    details = list(
        client.text_generation(
            "The railway", model=model, max_new_tokens=4, stream=True, details=True
        )
    )
    assert details[-1].details.generated_tokens == 4
    assert details[-1].details.finish_reason == "length"


@pytest.mark.parametrize("path", ["/models/qwen2", "/v1", ""])
def test_hub_chat(server: Running, client: InferenceClient, path: str) -> None:
    at_address = InferenceClient(base_url=server.address + path, token="none")
    messages = [{"role": "user", "content": "Hello"}]
    whole = at_address.chat_completion(messages, max_tokens=4, model="qwen2")
    assert whole.usage.completion_tokens == 4
    assert whole.choices[0].finish_reason == "length"
    pieces = at_address.chat_completion(messages, max_tokens=4, model="qwen2", stream=True)
    text = "".join(piece.choices[0].delta.content or "" for piece in pieces)
    assert text == whole.choices[0].message.content


def test_hub_errors(server: Running, client: InferenceClient) -> None:
    from huggingface_hub.errors import HfHubHTTPError

    with pytest.raises(HfHubHTTPError, match="404"):
        client.text_classification(TEXT, model=at(server, "nothing"))
    with pytest.raises(HfHubHTTPError, match="422"):
        client.text_classification(TEXT, model=at(server, "bert-uncased-sst"), top_k=-1)


@pytest.fixture
def openai(server: Running) -> Any:
    module = pytest.importorskip("openai", reason="OpenAI's client: pip install openai")
    with module.OpenAI(base_url=f"{server.address}/v1", api_key="none", max_retries=0) as found:
        yield found


@pytest.mark.oracle
def test_openai_embeddings(openai: Any) -> None:
    one = openai.embeddings.create(model="bert-uncased-embed", input=TEXT)
    plain = openai.embeddings.create(
        model="bert-uncased-embed", input=[TEXT, "Hi"], encoding_format="float"
    )
    assert one.data[0].embedding == pytest.approx(plain.data[0].embedding, abs=1e-5)
    assert [entry.index for entry in plain.data] == [0, 1]
    assert plain.usage.prompt_tokens > one.usage.prompt_tokens > 0
    few = openai.embeddings.create(model="bert-uncased-embed", input=TEXT, dimensions=8)
    assert len(few.data[0].embedding) == 8


@pytest.mark.oracle
def test_openai_chat(openai: Any) -> None:
    messages = [{"role": "user", "content": "Hello"}]
    whole = openai.chat.completions.create(model="qwen2", messages=messages, max_tokens=5)
    stream = openai.chat.completions.create(
        model="qwen2",
        messages=messages,
        max_completion_tokens=5,
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-1].usage == whole.usage
    assert chunks[-2].choices[0].finish_reason == whole.choices[0].finish_reason == "length"
    several = openai.chat.completions.create(
        model="qwen2", messages=messages, n=2, max_tokens=2, temperature=0.9, seed=1
    )
    assert [choice.index for choice in several.choices] == [0, 1]


@pytest.mark.oracle
def test_openai_completions(openai: Any) -> None:
    given = {"model": "qwen2", "prompt": ["The railway", "One"], "max_tokens": 4}
    whole = openai.completions.create(**given)
    pieces = ["", ""]
    for chunk in openai.completions.create(**given, stream=True):
        pieces[chunk.choices[0].index] += chunk.choices[0].text
    assert pieces == [choice.text for choice in whole.choices]
    assert whole.usage.completion_tokens == 8


@pytest.mark.oracle
def test_openai_models(openai: Any) -> None:
    assert "qwen2" in [model.id for model in openai.models.list()]
    assert openai.models.retrieve("qwen2").owned_by == "onnxformers"


@pytest.mark.oracle
def test_openai_errors(openai: Any) -> None:
    import openai as module

    with pytest.raises(module.NotFoundError, match="not served"):
        openai.embeddings.create(model="nothing", input="x")
    with pytest.raises(module.UnprocessableEntityError, match="top_logprobs"):
        openai.chat.completions.create(
            model="qwen2", messages=[{"role": "user", "content": "x"}], top_logprobs=1
        )


SCRIPT = Path(__file__).with_name("ask.mjs")


@pytest.mark.oracle
def test_the_javascript_client(server: Running) -> None:
    modules = os.environ.get("ONNXFORMERS_NODE_MODULES")
    if shutil.which("node") is None or modules is None:
        pytest.skip("npm install @huggingface/inference; ONNXFORMERS_NODE_MODULES says where")
    package = Path(modules) / "@huggingface/inference"
    home = package / json.loads((package / "package.json").read_text())["module"]
    done = subprocess.run(
        ["node", str(SCRIPT), str(home), server.address],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {one["label"] for one in found["textClassification"]} == {"NEGATIVE", "POSITIVE"}
    assert len(found["fillMask"]) == 2
    assert found["questionAnswering"]["answer"] in TEXT
    assert found["summarization"]["summary_text"]
    assert found["translation"]["translation_text"]
    assert len(found["sentenceSimilarity"]) == 2
    assert isinstance(found["featureExtraction"][0], float)
    assert found["zeroShotClassification"][0]["sequence"] == TEXT
    assert all(one["entity_group"] for one in found["tokenClassification"])
    assert found["textGeneration"]["generated_text"].endswith(found["textGenerationStream"])
    assert (
        found["chatCompletion"]["choices"][0]["message"]["content"]
        == (found["chatCompletionStream"])
    )
    assert "not served" in found["error"]
