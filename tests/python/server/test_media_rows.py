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
from tiny_models import write

import onnx_builder as ob
from breaking import picture
from onnxformers import AutoTokenizer, HfInference, pipeline
from onnxformers.audio import read_audio
from onnxformers.audio.writing import encode_wav
from serving import MEDIA, MODELS, Running, add_model, settings_of

pytest.importorskip("PIL.Image", reason="pictures need Pillow: pip install pillow")
RATE = 16_000
PICTURE = picture((40, 30))
SOUND = encode_wav(np.full(RATE, 0.4, np.float32), RATE)
SERVED = {**MEDIA, "audio-classification": "ast-cls", "zero-shot-audio-classification": "clap"}


def separator(folder: Path) -> Path:
    """A model that parts a sound into three quarters and a quarter of it."""
    graph = ob.graph(
        [
            ob.node("Unsqueeze", ["mix", "axis"], ["one"]),
            ob.node("Mul", ["one", "shares"], ["sources"]),
        ],
        [ob.value("mix", "float32", [1, "samples"])],
        [ob.value("sources", "float32", [1, 2, "samples"])],
        [
            ob.tensor("axis", np.array([1])),
            ob.tensor("shares", np.array([[[0.75], [0.25]]], np.float32)),
        ],
    )
    labels = {"0": "voice", "1": "noise"}
    config = {"model_type": "custom", "sampling_rate": 8000, "id2label": labels}
    return write(folder, config, model=graph)


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


@pytest.fixture
def hf(running: Running) -> Iterator[HfInference]:
    with HfInference(False, base_url=running.address) as client:
        yield client


@pytest.fixture
def hub(running: Running) -> InferenceClient:
    return InferenceClient(token="none")


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
