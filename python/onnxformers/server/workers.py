"""Several processes behind one socket: begun, begun again when one dies, ended together.

Each has models of its own, but maps the files of tokenizers and, on CPUs, of weights that the first
one has laid out; the system keeps one copy of what is mapped.

To end, the parent tells all of them, and lets no more connections in before they take the last.
"""

from __future__ import annotations

import itertools
import multiprocessing
import signal
import socket
import sys
import tempfile
import threading
import time
from dataclasses import replace
from multiprocessing.connection import wait
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from onnxformers.errors import OnnxformersError
from onnxformers.server.board import Board, end_worker
from onnxformers.server.draining import refuse_new
from onnxformers.settings import adopt_settings, chosen_settings

if TYPE_CHECKING:
    from onnxformers.server.settings import ServerSettings

#: Deaths after which no more are begun: what kills each of them is no accident.
_MAX_DEATHS = 5
#: Seconds by which workers listen longer than the parent lets connections in.
_OVERLAP_S = 0.1


class Workers:
    """The processes."""

    def __init__(self, settings: ServerSettings, listener: socket.socket) -> None:
        self._settings, self._listener = settings, listener
        # Not forked: neither ONNX Runtime nor threads survive that.
        self._context = multiprocessing.get_context("spawn")
        self._names = map(str, itertools.count())
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
        with tempfile.TemporaryDirectory(prefix="onnxformers-serve-") as folder:
            self._boards, self._weights = (
                str(Path(folder) / name) for name in ("boards", "weights")
            )
            Path(self._boards).mkdir()
            self._processes = [self._begin() for _ in range(self._settings.workers)]
            while not self._is_ending.is_set() and self._deaths < _MAX_DEATHS:
                wait([process.sentinel for process in self._processes], timeout=0.2)
                if not self._is_ending.is_set():
                    self._replace_dead()
            self._end_all()
        if not self._is_ending.is_set():
            raise OnnxformersError("[serve] the workers die; what they wrote says why")

    def _begin(self) -> Any:
        drain_s = self._settings.drain_s + _OVERLAP_S
        settings = replace(self._settings, workers=1, drain_s=drain_s)
        name = next(self._names)
        arguments = (settings, self._listener, Board(self._boards, name), self._weights)
        process = self._context.Process(
            target=work, args=(*arguments, chosen_settings()), name=name
        )
        process.start()
        return process

    def _replace_dead(self) -> None:
        for index, process in enumerate(self._processes):
            if not process.is_alive():
                self._deaths += 1
                sys.stderr.write(f"onnxformers: a worker died with status {process.exitcode}\n")
                end_worker(self._boards, process.name)
                self._processes[index] = self._begin()

    def _end_all(self) -> None:
        self._tell()
        time.sleep(self._settings.drain_s)
        refuse_new(self._listener)
        for process in self._processes:
            process.join()

    def _tell(self) -> None:
        for process in self._processes:
            if process.is_alive():
                process.terminate()

    def _end(self, number: int, frame: FrameType | None) -> None:
        if self._is_ending.is_set():
            self._tell()  # the second time: at once
        self._is_ending.set()


def work(
    settings: ServerSettings, listener: socket.socket, board: Board, weights: str, chosen: Any
) -> None:
    """What a worker does; `weights`: the folder of those that all have in common."""
    from onnxformers.runtime.shared import share_weights
    from onnxformers.server.running import serve_alone

    adopt_settings(chosen)
    share_weights(Path(weights))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent says when
    serve_alone(settings, listener, board)
