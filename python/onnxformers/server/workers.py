"""Several processes behind one socket: begun, begun again when one dies, ended together.

Each has models of its own, but the files of tokenizers and of optimised graphs are mapped, and the
system keeps one copy of what is mapped.
"""

from __future__ import annotations

import multiprocessing
import signal
import socket
import sys
import threading
from dataclasses import replace
from multiprocessing.connection import wait
from types import FrameType
from typing import TYPE_CHECKING, Any

from onnxformers.errors import OnnxformersError

if TYPE_CHECKING:
    from onnxformers.server.settings import ServerSettings

#: Deaths after which no more are begun: what kills each of them is no accident.
_MAX_DEATHS = 5


class Workers:
    """The processes."""

    def __init__(self, settings: ServerSettings, listener: socket.socket) -> None:
        self._settings, self._listener = settings, listener
        # Not forked: neither ONNX Runtime nor threads survive that.
        self._context = multiprocessing.get_context("spawn")
        self._processes: list[Any] = []
        self._is_ending = threading.Event()
        self._deaths = 0

    def run(self) -> None:
        """Keep them going until a signal comes.

        Raises:
            OnnxformersError: They die again and again.
        """
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._end)
        self._processes = [self._begin() for _ in range(self._settings.workers)]
        while not self._is_ending.is_set() and self._deaths < _MAX_DEATHS:
            wait([process.sentinel for process in self._processes], timeout=0.2)
            if not self._is_ending.is_set():
                self._replace_dead()
        for process in self._processes:
            if process.is_alive():
                process.terminate()
        for process in self._processes:
            process.join()
        if not self._is_ending.is_set():
            raise OnnxformersError("[serve] the workers die; what they wrote says why")

    def _begin(self) -> Any:
        settings = replace(self._settings, workers=1)
        process = self._context.Process(target=work, args=(settings, self._listener))
        process.start()
        return process

    def _replace_dead(self) -> None:
        for index, process in enumerate(self._processes):
            if not process.is_alive():
                self._deaths += 1
                sys.stderr.write(f"onnxformers: a worker died with status {process.exitcode}\n")
                self._processes[index] = self._begin()

    def _end(self, number: int, frame: FrameType | None) -> None:
        self._is_ending.set()


def work(settings: ServerSettings, listener: socket.socket) -> None:
    """What a worker does."""
    from onnxformers.server.running import serve_alone

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent says when
    serve_alone(settings, listener)
