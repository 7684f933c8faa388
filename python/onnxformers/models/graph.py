"""An open session with what it declares, and the time that a call may take."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from onnxformers.errors import RunTimeoutError
from onnxformers.models.feeds import feed_dtypes, make_feeds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from onnxformers._native.runtime import CancelToken, Session


class Budget:
    """What may end a call: its time, over all sessions that it runs, and its cancel token."""

    __slots__ = ("_end", "cancel")

    def __init__(self, timeout_s: float | None = None, cancel: CancelToken | None = None) -> None:
        self._end = None if timeout_s is None else time.monotonic() + timeout_s
        self.cancel = cancel

    @property
    def left_s(self) -> float | None:
        """Seconds that are left, None for no limit.

        Raises:
            RunTimeoutError: None are left.
        """
        if self._end is None:
            return None
        left = self._end - time.monotonic()
        if left <= 0:
            raise RunTimeoutError("[model] the time of the call was over between two sessions")
        return left


class Graph:
    """One file of a model, open.

    Attributes:
        stem: Its file's name without variant: "model", "encoder_model".
        session: The session.
        dtypes: Input name -> numpy dtype.
        outputs: Output names in order.
    """

    __slots__ = ("dtypes", "outputs", "session", "shapes", "stem")

    def __init__(self, stem: str, session: Session) -> None:
        nodes = session.inputs
        self.stem = stem
        self.session = session
        self.dtypes = feed_dtypes(nodes)
        self.shapes = {node.name: node.shape for node in nodes if node.is_rank_known}
        self.outputs = [node.name for node in session.outputs]

    def run(
        self, inputs: Mapping[str, Any], budget: Budget, outputs: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Run on those of `inputs` that the session declares; the rest is passed over.

        Args:
            inputs: Arrays by name.
            budget: What may end the run.
            outputs: Those that are wanted; None for all.

        Raises:
            InvalidArgumentError: An input is missing or of a wrong shape.
            InvalidTypeError: An input has values of a wrong kind.
            RunTimeoutError, RunCancelledError: As the budget says.
            ClosedError: The session was closed.
        """
        feeds = make_feeds(self.dtypes, inputs)
        names = self.outputs if outputs is None else list(outputs)
        values = self.session.run(feeds, names, timeout_s=budget.left_s, cancel=budget.cancel)
        return dict(zip(names, values, strict=True))
