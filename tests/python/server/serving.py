"""A server in a thread of the test, with small models."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any
from unittest import mock

from onnxformers.server.app import create_app
from onnxformers.server.running import Server, listen, server_config
from onnxformers.server.served import Served
from onnxformers.server.settings import ModelSettings, ServerSettings, read_settings
from onnxformers.server.state import State

MODELS = Path(__file__).parents[2] / "conformance/models"
#: Task -> model.
SERVED = {
    "feature-extraction": "bert-uncased-embed",
    "fill-mask": "bert-uncased-mlm",
    "question-answering": "bert-cased-qa",
    "summarization": "bart-cnn",
    "text-classification": "bert-uncased-sst",
    "text-generation": "qwen2",
    "token-classification": "bert-cased-ner",
    "translation": "marian",
    "zero-shot-classification": "bart-nli",
}
#: The same for pictures and sound.
MEDIA = {
    "image-classification": "vit-cls",
    "object-detection": "yolos",
    "image-segmentation": "segformer-seg",
    "depth-estimation": "glpn",
    "image-to-image": "swin2sr-x2",
    "zero-shot-image-classification": "clip",
    "document-question-answering": "donut",
    "text-to-audio": "vits",
    "automatic-speech-recognition": "hubert-ctc",
}


def settings_of(models: dict[str, str], **rest: Any) -> ServerSettings:
    """Settings that serve models of the conformance cases."""
    rows = [{"task": task, "model": str(MODELS / model)} for task, model in models.items()]
    return read_settings({"models": rows, "port": 0, "drain_s": 0.1, **rest})


def load_ranker(app: Any) -> Any:
    """The pipeline of a model called "ranker", which ranks by a rule, added to an application."""
    from onnxformers.pipelines import TextRankingPipeline
    from onnxformers.tokenizers import AutoTokenizer
    from random_logits import RandomLogits

    logits: Any = RandomLogits(3, {"logits": 1})
    logits.close = lambda: None
    tokenizer = AutoTokenizer.from_pretrained(MODELS / "bert-uncased-sst")
    pipe: Any = TextRankingPipeline(task="text-ranking", model=logits, tokenizer=tokenizer)
    add_model(app, "text-ranking", "ranker", pipe)
    return pipe


def add_model(app: Any, task: str, name: str, pipe: Any) -> None:
    """Let an application serve a pipeline that is there, beside its models."""
    state: State = app.state.serving
    state.load()
    settings = ModelSettings(task=task, model="", name=name)
    with mock.patch("onnxformers.server.served.pipeline", return_value=pipe):
        state.models[name] = Served(settings, state.limits, state._report)


def endless(*, grace_s: float = 30.0, **limits: Any) -> Running:
    """A server of a model that writes thousands of tokens, which takes seconds."""
    models = {"text-generation": "bloom"}
    running = Running(settings_of(models, limits=limits, grace_s=grace_s))
    pipe: Any = running.state.models["bloom"].pipelines["text-generation"]
    pipe._model_limit = None
    return running


#: What is asked of it.
_COUNT = 3000
LONG: dict[str, Any] = {
    "inputs": "The",
    "parameters": {"max_new_tokens": _COUNT, "min_new_tokens": _COUNT},
}


class Running:
    """A server that answers at `address` until it is closed."""

    def __init__(self, settings: ServerSettings) -> None:
        self.app = create_app(settings)
        self.state: State = self.app.state.serving
        listener = listen(settings)
        self.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.server = Server(server_config(self.app), self.state)
        arguments = {"sockets": [listener]}
        self._thread = threading.Thread(target=self.server.run, kwargs=arguments)
        self._thread.start()
        while not self.server.started:
            assert self._thread.is_alive()
            time.sleep(0.01)

    def close(self) -> None:
        self.server.should_exit = True
        self._thread.join()


def ask(port: int, seen: Counter[str]) -> None:
    """Ask until nobody listens; on one connection as long as it is not closed."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    while True:
        try:
            if connection.sock is None:
                connection.connect()
        except ConnectionError:
            return
        try:
            connection.request("POST", "/v1/embeddings", b'{"input": "a b c"}')
            answer = connection.getresponse()
            answer.read()
            seen[str(answer.status)] += 1
        except (http.client.HTTPException, OSError):
            seen["lost"] += 1
            connection.close()
