"""A pipeline that needs no model, and a way to run the command with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import onnxformers
from loopback import Hub, Server
from onnxformers.cli.main import main
from onnxformers.settings import env

MODELS = Path(__file__).parents[2] / "conformance" / "models"


@dataclass
class FakePipeline:
    """Answers every text with `answer(text)`: a list at once, a generator lazily."""

    answer: Callable[[str], Any]
    calls: list[dict[str, Any]] = field(default_factory=list)
    loaded: dict[str, Any] = field(default_factory=dict)
    closed: bool = False

    def __enter__(self) -> FakePipeline:
        return self

    def __exit__(self, *_: object) -> None:
        self.closed = True

    def __call__(self, inputs: Any, **options: Any) -> Any:
        self.calls.append(options)
        if not isinstance(inputs, list):
            return (self.answer(text) for text in inputs)
        results = [self.answer(text) for text in inputs]
        return np.stack(results) if isinstance(results[0], np.ndarray) else results


def labels(text: str) -> list[dict[str, Any]]:
    score = 0.75 if "good" in text else 0.25
    return [{"label": "POSITIVE", "score": score}, {"label": "NEGATIVE", "score": 1 - score}]


def embedding(text: str) -> np.ndarray:
    """Four letters' counts, of length one."""
    vector = np.array([text.count(c) + 0.5 for c in "aeio"], dtype=np.float32)
    return vector / np.linalg.norm(vector)


@pytest.fixture
def use_pipeline(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[str], Any]], FakePipeline]:
    """Replace `onnxformers.pipeline` by one that answers with the given function."""

    def use(answer: Callable[[str], Any]) -> FakePipeline:
        fake = FakePipeline(answer)

        def pipeline(task: str, model: str | None = None, **options: Any) -> FakePipeline:
            fake.loaded = {"task": task, "model": model, **options}
            return fake

        monkeypatch.setattr(onnxformers, "pipeline", pipeline, raising=False)
        return fake

    return use


@pytest.fixture
def classifier(use_pipeline: Callable[..., FakePipeline]) -> FakePipeline:
    return use_pipeline(labels)


@pytest.fixture
def embedder(use_pipeline: Callable[..., FakePipeline]) -> FakePipeline:
    return use_pipeline(embedding)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., tuple[int, str, str]]]:
    """Run the command in this process; returns status, stdout and stderr."""

    def run(*argv: str) -> tuple[int, str, str]:
        try:
            status = main(argv)
        except SystemExit as stop:
            status = int(stop.code or 0)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture
def t5() -> dict[str, bytes]:
    """Files of a model with two ONNX files: one variant of the encoder, two of the decoder."""
    folder = MODELS / "t5"
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    decoder = files["onnx/decoder_model_merged.onnx"]
    return files | {
        "onnx/decoder_model_merged_q4.onnx": decoder + b"\x72\x00",  # an empty metadata entry
        "onnx/encoder_model.onnx_data": b"weights",
        "onnx/decoder_model.onnx": decoder,
        "onnx/decoder_with_past_model.onnx": decoder,
        "README.md": b"# A model",
        "model.safetensors": b"other weights",
        "model.safetensors.index.json": b"{}",
        ".gitattributes": b"",
    }


@pytest.fixture(params=["hub", "mirror"])
def served(
    request: pytest.FixtureRequest,
    t5: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Server]:
    """The model as org/name, on the Hub and on a mirror."""
    if request.param == "hub":
        hub = Hub()
        server: Server = hub
        hub.files.clear()
        hub.put(t5)
        hub.lfs = {name for name in t5 if name.endswith(".onnx")}
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    else:
        server = Server()
        server.files = {f"/files/org/name/resolve/main/{name}": t5[name] for name in t5}
        env.remote_host = f"{server.address}/files"
        env.cache_dir = tmp_path / "cache"
    yield server
    server.close()
