"""Pictures and recordings over the wire, read by clients that others wrote and by ours."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from huggingface_hub import InferenceClient
from PIL import Image

from onnxformers import HfInference, pipeline
from onnxformers.audio.writing import encode_wav
from onnxformers.errors import InferenceError
from serving import MEDIA, MODELS, Running, settings_of


def picture() -> bytes:
    values = np.random.default_rng(1).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(values).save(file, "PNG")
    return file.getvalue()


PICTURE = picture()
SOUND = encode_wav(np.sin(np.arange(16000, dtype=np.float32) * 0.05) * 0.3, 16000)


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    made = Running(settings_of(MEDIA))
    yield made
    made.close()


def at(running: Running, task: str) -> str:
    return f"{running.address}/models/{MEDIA[task]}"


def test_image_classification(running: Running, hf: HfInference, hub: InferenceClient) -> None:
    with pipeline("image-classification", MODELS / "vit-cls") as pipe:
        wanted = pipe(PICTURE)
    assert hf.image_classification(PICTURE, model="vit-cls") == wanted
    few = hf.image_classification(PICTURE, model="vit-cls", parameters={"top_k": 2})
    assert few == wanted[:2]
    found = hub.image_classification(PICTURE, model=at(running, "image-classification"), top_k=2)
    assert [one.label for one in found] == [one["label"] for one in wanted[:2]]


def test_object_detection(running: Running, hf: HfInference, hub: InferenceClient) -> None:
    low: Any = {"threshold": 0.0}
    wanted = hf.object_detection(PICTURE, model="yolos", parameters=low)
    assert wanted
    found = hub.object_detection(PICTURE, model=at(running, "object-detection"), threshold=0.0)
    assert [one.box.xmin for one in found] == [one["box"]["xmin"] for one in wanted]


def test_image_segmentation(running: Running, hf: HfInference, hub: InferenceClient) -> None:
    wanted = hf.image_segmentation(PICTURE, model="segformer-seg")
    mask = Image.open(io.BytesIO(base64.b64decode(wanted[0]["mask"])))
    assert mask.size == (64, 48)
    found = hub.image_segmentation(PICTURE, model=at(running, "image-segmentation"))
    assert [one.mask.size for one in found] == [(64, 48)] * len(wanted)


def test_image_to_image(running: Running, hf: HfInference, hub: InferenceClient) -> None:
    blob = hf.image_to_image(PICTURE, model="swin2sr-x2")
    assert blob.content_type == "image/png"
    assert Image.open(io.BytesIO(blob)).size == (128, 96)
    found = hub.image_to_image(PICTURE, model=at(running, "image-to-image"))
    assert found.size == (128, 96)


def test_zero_shot_image_classification(
    running: Running, hf: HfInference, hub: InferenceClient
) -> None:
    labels: Any = {"candidate_labels": ["a cat", "a dog"]}
    wanted = hf.zero_shot_image_classification({"image": PICTURE}, model="clip", parameters=labels)
    with pipeline("zero-shot-image-classification", MODELS / "clip") as pipe:
        assert wanted == pipe(PICTURE, **labels)
    found = hub.zero_shot_image_classification(
        PICTURE, **labels, model=at(running, "zero-shot-image-classification")
    )
    assert [one.label for one in found] == [one["label"] for one in wanted]


def test_document_question_answering(
    running: Running, hf: HfInference, hub: InferenceClient
) -> None:
    asked = {"image": PICTURE, "question": "Who?"}
    short: Any = {"max_new_tokens": 8}
    wanted = hf.document_question_answering(asked, model="donut", parameters=short)
    assert isinstance(wanted["answer"], str)


def test_depth_estimation(hf: HfInference) -> None:
    found = hf.request(model="glpn", data=PICTURE)
    assert np.shape(found["predicted_depth"]) == (48, 64)
    assert Image.open(io.BytesIO(base64.b64decode(found["depth"]))).size == (64, 48)


def test_text_to_speech(running: Running, hf: HfInference, hub: InferenceClient) -> None:
    blob = hf.text_to_speech("hello there", model="vits")
    assert (blob.content_type, blob[:4]) == ("audio/wav", b"RIFF")
    assert hub.text_to_speech("hello there", model=at(running, "text-to-audio"))[:4] == b"RIFF"


def test_automatic_speech_recognition(
    running: Running, hf: HfInference, hub: InferenceClient
) -> None:
    with pipeline("automatic-speech-recognition", MODELS / "hubert-ctc") as pipe:
        wanted = pipe(SOUND)["text"]
    assert hf.automatic_speech_recognition(SOUND, model="hubert-ctc")["text"] == wanted
    model = at(running, "automatic-speech-recognition")
    assert hub.automatic_speech_recognition(SOUND, model=model).text == wanted


@pytest.mark.oracle
def test_openai_audio(running: Running) -> None:
    module = pytest.importorskip("openai", reason="OpenAI's client: pip install openai")
    with pipeline("automatic-speech-recognition", MODELS / "hubert-ctc") as pipe:
        wanted = pipe(SOUND)["text"]
    with module.OpenAI(base_url=f"{running.address}/v1", api_key="none") as client:
        audio = client.audio
        file = ("a.wav", SOUND)
        assert audio.transcriptions.create(model="hubert-ctc", file=file).text == wanted
        text = audio.transcriptions.create(model="hubert-ctc", file=file, response_format="text")
        assert text.strip() == wanted.strip()
        spoken = audio.speech.create(
            model="vits", voice="any", input="hello there", response_format="wav"
        )
        assert spoken.content[:4] == b"RIFF"


@pytest.mark.parametrize(
    ("task", "body", "text"),
    [
        ("image-classification", b"no picture", "picture"),
        ("image-classification", b'{"inputs": "http://example.org/cat.png"}', "base64"),
        ("image-classification", b'{"inputs": "/etc/passwd"}', "base64"),
        ("image-classification", b'{"inputs": 3}', "must be a file"),
        ("image-classification", b'{"inputs": "aGVsbG8="}', "picture"),
        ("automatic-speech-recognition", b'{"inputs": "../a.wav"}', "base64"),
        ("automatic-speech-recognition", b"no sound", "sound"),
        ("image-classification", b"", "empty"),
        ("document-question-answering", b'{"inputs": {"image": "aGVsbG8="}}', "question"),
    ],
)
def test_what_is_no_file(running: Running, task: str, body: bytes, text: str) -> None:
    answer = httpx.post(at(running, task), content=body)
    assert answer.status_code == 422
    assert text in answer.json()["error"]


def test_data_addresses_are_files(running: Running) -> None:
    text = f"data:image/png;base64,{base64.b64encode(PICTURE).decode()}"
    answer = httpx.post(at(running, "image-classification"), json={"inputs": text})
    assert answer.status_code == 200


def test_local_and_remote_say_the_same(hf: HfInference) -> None:
    with HfInference(provider="local") as local:
        for one, folder in ((hf, ""), (local, f"{MODELS}/")):
            if one is hf:
                there = one.image_classification(PICTURE, model="vit-cls")
            else:
                assert one.image_classification(PICTURE, model=f"{folder}vit-cls") == there
        assert local.text_to_speech("hi", model=str(MODELS / "vits"))[:4] == b"RIFF"
        with pytest.raises(InferenceError):
            hf.image_classification(b"", model="vit-cls")
