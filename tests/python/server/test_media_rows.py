"""Every row of sound, and questions about pictures, by our client and by that of the Hub."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from huggingface_hub import InferenceClient
from sound_models import separator

from breaking import picture
from onnxformers import AutoTokenizer, HfInference, pipeline
from onnxformers.audio import read_audio
from onnxformers.audio.writing import encode_wav
from serving import MEDIA, MODELS, Running, add_model, settings_of

RATE = 16_000
PICTURE = picture((40, 30))
SOUND = encode_wav(np.full(RATE, 0.4, np.float32), RATE)
SERVED = {**MEDIA, "audio-classification": "ast-cls", "zero-shot-audio-classification": "clap"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    made = Running(settings_of(SERVED))
    folder = separator(tmp_path_factory.mktemp("models") / "separator")
    add_model(made.app, "audio-to-audio", "separator", pipeline("audio-to-audio", folder))
    tokenizer = AutoTokenizer.from_pretrained(MODELS / "llava")
    ask = pipeline("visual-question-answering", MODELS / "llava", tokenizer=tokenizer)
    add_model(made.app, "visual-question-answering", "llava", ask)
    yield made
    made.close()


def at(running: Running, model: str) -> str:
    return f"{running.address}/models/{model}"


def test_audio_classification(running: Running, hf: HfInference, hub: InferenceClient) -> None:
    with pipeline("audio-classification", MODELS / "ast-cls") as pipe:
        wanted: Any = pipe(SOUND)
    assert hf.audio_classification(SOUND, model="ast-cls") == wanted
    few = hf.audio_classification(SOUND, model="ast-cls", parameters={"top_k": 1})
    assert few == wanted[:1]
    found = hub.audio_classification(SOUND, model=at(running, "ast-cls"), top_k=1)
    assert [(one.label, one.score) for one in found] == [
        (one["label"], pytest.approx(one["score"])) for one in wanted[:1]
    ]


def test_zero_shot_audio_classification(running: Running, hf: HfInference) -> None:
    labels: Any = {"candidate_labels": ["a bell", "a dog"]}
    with pipeline("zero-shot-audio-classification", MODELS / "clap") as pipe:
        wanted: Any = pipe(SOUND, **labels)
    assert hf.request(model="clap", data=SOUND, parameters=labels) == wanted
    answer = httpx.post(at(running, "clap"), json={"inputs": base64.b64encode(SOUND).decode()})
    assert answer.status_code == 422
    assert "candidate_labels" in answer.json()["error"]


def test_audio_to_audio(running: Running, hf: HfInference, hub: InferenceClient) -> None:
    found = hf.audio_to_audio(SOUND, model="separator")
    assert [one["label"] for one in found] == ["voice", "noise"]
    assert {one["content-type"] for one in found} == {"audio/wav"}
    voice = read_audio(base64.b64decode(found[0]["blob"]), 8000)
    np.testing.assert_allclose(voice[1000:-1000], 0.3, atol=0.01)
    theirs = hub.audio_to_audio(SOUND, model=at(running, "separator"))
    assert [one.label for one in theirs] == ["voice", "noise"]
    assert theirs[0].content_type == "audio/wav"
    assert base64.b64encode(theirs[1].blob).decode() == found[1]["blob"]


@pytest.mark.parametrize(
    ("model", "method"),
    [("llava", "visual_question_answering"), ("donut", "document_question_answering")],
)
def test_questions_about_pictures(
    running: Running, hf: HfInference, hub: InferenceClient, model: str, method: str
) -> None:
    short: Any = {"max_new_tokens": 5}
    asked = {"image": PICTURE, "question": "who?"}
    wanted = getattr(hf, method)(asked, model=model, parameters=short)
    assert isinstance(wanted["answer"], str)
    found = getattr(hub, method)(PICTURE, "who?", model=at(running, model))
    assert isinstance(found[0].answer, str)
    if model == "llava":
        assert wanted["score"] == found[0].score == 1
    body = {"inputs": {"image": base64.b64encode(PICTURE).decode(), "question": ""}}
    answer = httpx.post(at(running, model), json={**body, "parameters": short}, timeout=60)
    assert answer.status_code in (200, 422)
    body["inputs"]["question"] = 3  # type: ignore[assignment]
    answer = httpx.post(at(running, model), json=body)
    assert answer.status_code == 422, answer.text


def test_several_recordings_at_once(running: Running) -> None:
    one = base64.b64encode(SOUND).decode()
    answer = httpx.post(at(running, "ast-cls"), json={"inputs": [one, one]}).json()
    assert len(answer) == 2
    assert answer[0] == answer[1]


def test_the_description_names_what_is_served(running: Running) -> None:
    described = httpx.get(f"{running.address}/openapi.json").text
    assert "/v1/audio/translations" in json.loads(described)["paths"]


@pytest.mark.oracle
def test_the_javascript_client(running: Running, tmp_path: Path) -> None:
    modules = os.environ.get("ONNXFORMERS_NODE_MODULES")
    if shutil.which("node") is None or modules is None:
        pytest.skip("npm install @huggingface/inference; ONNXFORMERS_NODE_MODULES says where")
    package = Path(modules) / "@huggingface/inference"
    about = json.loads((package / "package.json").read_text())
    (tmp_path / "picture.png").write_bytes(PICTURE)
    (tmp_path / "sound.wav").write_bytes(SOUND)
    script = Path(__file__).with_name("ask_media.mjs")
    given = [str(package / about["module"]), running.address]
    files = [str(tmp_path / name) for name in ("picture.png", "sound.wav")]
    done = subprocess.run(
        ["node", str(script), *given, *files], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    # Newer clients write what is deprecated in front.
    found = json.loads(done.stdout.strip().splitlines()[-1])
    # Without a model of the Hub, or at an address of one's own, they ask the Hub itself.
    broken = {"2": {"imageToImage"}, "3": {"audioToAudio"}}[about["version"][0]]
    failed = {name for name, answer in found.items() if "error" in answer}
    assert failed <= broken, {name: found[name] for name in failed}
    assert found["textToSpeech"] == "audio/wav"
    assert {one["label"] for one in found["zeroShotImageClassification"]} == {"a cat", "a dog"}
    assert found["visualQuestionAnswering"]["score"] == 1
    assert isinstance(found["documentQuestionAnswering"]["answer"], str)
    assert isinstance(found["automaticSpeechRecognition"]["text"], str)
    for name in ("imageClassification", "objectDetection", "imageSegmentation"):
        assert found[name][0]["label"]
    assert found["audioClassification"][0]["score"] > 0


def about(url: str, text: str = "who?") -> list[dict[str, Any]]:
    picture = {"type": "image_url", "image_url": {"url": url, "detail": "low"}}
    return [{"role": "user", "content": [picture, {"type": "text", "text": text}]}]


def test_chats_about_pictures(running: Running, hf: HfInference) -> None:
    url = f"data:image/png;base64,{base64.b64encode(PICTURE).decode()}"
    wanted = hf.visual_question_answering(
        {"image": PICTURE, "question": "who?"}, model="llava", parameters={"max_new_tokens": 4}
    )
    whole = hf.chat_completion(about(url), model="llava", max_tokens=4)
    assert whole["choices"][0]["message"]["content"] == wanted["answer"]
    chunks = list(hf.chat_completion_stream(about(url), model="llava", max_tokens=4))
    assert chunks[0]["choices"][0]["delta"]["content"] == wanted["answer"]
    hub = InferenceClient(base_url=f"{running.address}/v1", token="none")
    theirs = hub.chat_completion(about(url), model="llava", max_tokens=4)
    assert theirs.choices[0].message.content == wanted["answer"]


@pytest.mark.oracle
def test_chats_about_pictures_by_the_client_of_openai(running: Running) -> None:
    module = pytest.importorskip("openai", reason="OpenAI's client: pip install openai")
    url = f"data:image/png;base64,{base64.b64encode(PICTURE).decode()}"
    with module.OpenAI(base_url=f"{running.address}/v1", api_key="none", max_retries=0) as client:
        create = client.chat.completions.create
        asked: Any = {"model": "llava", "messages": about(url), "max_tokens": 4}
        whole = create(**asked)
        assert whole.usage.total_tokens > whole.usage.prompt_tokens > 0
        options = {"include_usage": True}
        *_, end, last = create(**asked, stream=True, stream_options=options)
        assert end.choices[0].finish_reason == whole.choices[0].finish_reason
        assert last.usage == whole.usage


@pytest.mark.parametrize(
    ("messages", "text"),
    [
        (about("http://127.0.0.1/x.png"), "addresses and paths are not read"),
        (about("/etc/passwd"), "must be in base64"),
        (about("data:image/png;base64,AAAA"), "picture"),
        (about(""), "empty"),
        ([{"role": "user", "content": "who?"}], "about one picture, got 0"),
        (about("data:,") * 2, "answers one message"),
        ([{"role": "assistant", "content": "x"}], "answers one message"),
        ([{"role": "user", "content": about("x")[0]["content"] * 2}], "one picture, got 2"),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": 3}]}], "must be a file"),
        ([3], "list of objects"),
        ("x", "list of objects"),
    ],
)
def test_chats_that_are_refused(running: Running, messages: Any, text: str) -> None:
    body = {"model": "llava", "messages": messages}
    answer = httpx.post(f"{running.address}/v1/chat/completions", json=body)
    assert answer.status_code == 422
    assert text in answer.json()["error"]["message"]


def test_tokens_of_media_models_are_limited(running: Running) -> None:
    for path, most in (("llava", 4097), ("donut", 10**6)):
        inputs = {"image": base64.b64encode(PICTURE).decode(), "question": "who?"}
        body = {"inputs": inputs, "parameters": {"max_new_tokens": most}}
        answer = httpx.post(at(running, path), json=body)
        assert answer.status_code == 422
        assert "max_new_tokens may be 4096" in answer.json()["error"]


@pytest.mark.parametrize("size", [1, 2])
def test_recordings_are_limited(size: int) -> None:
    made = Running(settings_of({"audio-classification": "ast-cls"}, limits={"audio_s": 1.5}))
    try:
        one = base64.b64encode(SOUND).decode()
        answer = httpx.post(at(made, "ast-cls"), json={"inputs": [one] * size}, timeout=60)
        assert answer.status_code == (200, 422)[size - 1], answer.text
        if size == 2:
            assert "max_duration_s" in answer.json()["error"]
    finally:
        made.close()
