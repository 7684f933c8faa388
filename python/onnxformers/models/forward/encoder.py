"""One session, run once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onnxformers.models.feeds import make_feeds, refuse_undeclared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onnxformers._native.runtime import CancelToken
    from onnxformers.configs import PretrainedConfig
    from onnxformers.models.graph import Graph


class Forward:
    """Runs a model of one file."""

    def __init__(
        self,
        graphs: Mapping[str, Graph],
        config: PretrainedConfig,
        optional_inputs: frozenset[str],
    ) -> None:
        (self._graph,) = graphs.values()
        self._dtypes = self._graph.dtypes
        self._optional = optional_inputs

    def __call__(
        self, inputs: Mapping[str, Any], timeout_s: float | None, cancel: CancelToken | None
    ) -> dict[str, Any]:
        """One pass; what an encoder does is little, so this path takes no detours."""
        refuse_undeclared(inputs, self._dtypes, self._optional)
        feeds = make_feeds(self._dtypes, inputs)
        outputs = self._graph.session.run(feeds, timeout_s=timeout_s, cancel=cancel)
        return dict(zip(self._graph.outputs, outputs, strict=True))
