"""What the routes of a server share."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from onnxformers.errors import InvalidArgumentError
from onnxformers.server.fetching import Fetcher
from onnxformers.server.metrics import Metrics, Snapshot
from onnxformers.server.problems import Problem
from onnxformers.server.served import Served

if TYPE_CHECKING:
    from onnxformers.server.batching import BatchReport
    from onnxformers.server.board import Board
    from onnxformers.server.settings import ServerSettings


class State:
    """Models, counters, and whether the server is about to end.

    Attributes:
        models: By name, in the order given.
        in_flight: Requests that are not answered.
        board: Where the workers of a server write what they count; None where there is but one.
        is_draining: Whether it takes its last requests.
        is_over: Whether what is still being answered is stopped.
        fetcher: Fetches what addresses name; None where they are not read.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.limits = settings.limits
        self.models: dict[str, Served] = {}
        self.board: Board | None = None
        self.in_flight = 0
        self.is_draining = self.is_over = False
        self.fetcher = Fetcher(settings.limits) if settings.url_inputs else None
        self.metrics = Metrics(lambda: self.in_flight, self._waiting)
        self.key_digests = [hashlib.sha256(key.encode()).digest() for key in settings.api_keys]

    def load(self) -> None:
        """Load all models that are not loaded.

        Raises:
            OnnxformersError: One cannot be loaded.
            InvalidArgumentError: Two have the same name.
        """
        for settings in () if self.models else self.settings.models:
            served = Served(settings, self.limits, self._report)
            if served.name in self.models:
                served.close()
                raise InvalidArgumentError(
                    f"[serve] two models are called {served.name}; give one a name"
                )
            self.models[served.name] = served

    def find(self, name: str | None, task: str | None = None) -> Served:
        """A model by name; without one the first that does the task.

        Raises:
            Problem: It is not served.
        """
        if name:
            found = self.models.get(name)
            if found is not None:
                return found
            known = ", ".join(self.models)
            raise Problem(404, f"model {name} is not served; there are {known}")
        for served in self.models.values():
            if task is None or task in served.pipelines:
                return served
        raise Problem(404, f"no model is served that does {task}")

    def close(self) -> None:
        """Let all models go."""
        for served in self.models.values():
            served.close()

    def write_down(self) -> None:
        """Tell the other workers what this one has counted."""
        if self.board is not None:
            self.board.write(self.metrics.snapshot())

    def snapshots(self) -> list[Snapshot]:
        """What the server has counted, in each of its processes."""
        if self.board is None:
            return [self.metrics.snapshot()]
        self.write_down()
        return self.board.snapshots()

    def _waiting(self) -> float:
        return sum(served.batcher.waiting for served in self.models.values())

    def _report(self, report: BatchReport) -> None:
        self.metrics.tokens.add(report.tokens, kind="read")
        self.metrics.padding.add(report.padded - report.tokens)
        self.metrics.batch_size.see(report.requests)
        self.metrics.seconds.see(report.waited_s, stage="wait")
        self.metrics.seconds.see(report.run_s, stage="run")
