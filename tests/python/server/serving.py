"""A server in a thread of the test, with small models."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from onnxformers.server.app import create_app
from onnxformers.server.running import Server, listen, server_config
from onnxformers.server.settings import ServerSettings, read_settings
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
    "text-ranking": "bert-uncased-sst",
    "token-classification": "bert-cased-ner",
    "translation": "marian",
    "zero-shot-classification": "bart-nli",
}


def settings_of(models: dict[str, str], **rest: Any) -> ServerSettings:
    """Settings that serve models of the conformance cases."""
    rows = [{"task": task, "model": str(MODELS / model)} for task, model in models.items()]
    return read_settings({"models": rows, "port": 0, "drain_s": 0.1, **rest})


def endless(**limits: Any) -> Running:
    """A server of a model that writes thousands of tokens, which takes seconds."""
    running = Running(settings_of({"text-generation": "bloom"}, limits=limits))
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
