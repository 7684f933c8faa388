"""What those ask who run the server: is it alive, is it ready, what has it done."""

from __future__ import annotations

from onnxformers.server.endpoint import Call
from onnxformers.server.problems import Problem
from onnxformers.server.replies import Events, Reply, of_json


async def health(call: Call) -> Reply | Events:
    """`GET /health`: the process answers."""
    return of_json({"status": "ok"})


async def ready(call: Call) -> Reply | Events:
    """`GET /ready`: it wants requests."""
    if call.state.is_draining:
        raise Problem(503, "the server is about to end")
    return of_json({"status": "ready", "models": list(call.state.models)})


async def metrics(call: Call) -> Reply | Events:
    """`GET /metrics`: in the text format of Prometheus."""
    text = call.state.metrics.text()
    return Reply(text.encode(), "text/plain; version=0.0.4; charset=utf-8")


async def openapi(call: Call) -> Reply | Events:
    """`GET /openapi.json`: what can be asked."""
    from onnxformers.server.openapi import description

    return of_json(description())
