"""What those ask who run the server: is it alive, is it ready, what has it done."""

from __future__ import annotations

from onnxformers.server.endpoint import Call
from onnxformers.server.metrics import WORKERS, added
from onnxformers.server.problems import Problem
from onnxformers.server.replies import Events, Reply, of_json


async def health(call: Call) -> Reply | Events:
    """`GET /health`: the process answers; of how many, where there are several."""
    if call.state.board is None:
        return of_json({"status": "ok"})
    (workers,) = added(call.state.snapshots())[WORKERS].values()
    return of_json({"status": "ok", "workers": int(workers[0])})


async def ready(call: Call) -> Reply | Events:
    """`GET /ready`: it wants requests."""
    if call.state.is_draining:
        raise Problem(503, "the server is about to end")
    return of_json({"status": "ready", "models": list(call.state.models)})


async def metrics(call: Call) -> Reply | Events:
    """`GET /metrics`: in the text format of Prometheus; of several processes the sums."""
    text = call.state.metrics.text(call.state.snapshots())
    return Reply(text.encode(), "text/plain; version=0.0.4; charset=utf-8")


async def openapi(call: Call) -> Reply | Events:
    """`GET /openapi.json`: what can be asked."""
    from onnxformers.server.openapi import description

    return of_json(description())
