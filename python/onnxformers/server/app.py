"""The ASGI application: routes, and models that live as long as it does."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from onnxformers.server import audio_routes, hosted_routes, openai_routes, operations
from onnxformers.server.endpoint import Endpoint, Handler
from onnxformers.server.problems import Problem, problem_body
from onnxformers.server.settings import ServerSettings
from onnxformers.server.state import State

_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/v1/embeddings", openai_routes.embeddings),
    ("POST", "/v1/completions", openai_routes.complete),
    ("POST", "/v1/chat/completions", openai_routes.chat),
    ("POST", "/v1/audio/speech", audio_routes.speak),
    ("POST", "/v1/audio/transcriptions", audio_routes.transcribe),
    ("POST", "/v1/audio/translations", audio_routes.translate),
    ("GET", "/v1/models", openai_routes.models),
    ("GET", "/v1/models/{model:path}", openai_routes.models),
    ("POST", "/v1/rerank", openai_routes.rerank),
    ("POST", "/v2/rerank", openai_routes.rerank),
    ("POST", "/rerank", openai_routes.rerank),
    ("POST", "/models/{model:path}/v1/chat/completions", hosted_routes.chat),
    ("POST", "/models/{model:path}/pipeline/{task}", hosted_routes.infer),
    ("POST", "/models/{model:path}", hosted_routes.infer),
    ("POST", "/pipeline/{task}/{model:path}", hosted_routes.infer),
    ("POST", "/", hosted_routes.infer),
    ("GET", "/metrics", operations.metrics),
    ("GET", "/openapi.json", operations.openapi),
)
#: Routes that need no key, and are answered however busy the server is.
_OPEN: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/health", operations.health),
    ("GET", "/ready", operations.ready),
)


def create_app(settings: ServerSettings) -> Starlette:
    """The application; it loads the models when it starts, and lets them go when it ends.

    Args:
        settings: What it is to serve.

    Returns:
        The application; `app.state.serving` is its `State`.
    """
    state = State(settings)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        state.load()
        yield
        state.close()

    rows = [(*row, _endpoint(state, *row)) for row in _ROUTES]
    rows += [(*row, _endpoint(state, *row, is_open=True)) for row in _OPEN]
    routes = [Route(path, endpoint, methods=[method]) for method, path, _, endpoint in rows]
    handlers: Any = {HTTPException: _tell, 500: _tell_failure}
    app = _Application(routes=routes, lifespan=lifespan, exception_handlers=handlers)
    app.whole = {(method, path): endpoint for method, path, _, endpoint in rows if "{" not in path}
    app.router.redirect_slashes = False
    app.state.serving = state
    return app


class _Application(Starlette):
    """Starlette, with a short way to routes whose path has no parts: its layers cost CPU time.

    Attributes:
        whole: What answers, by method and path.
    """

    whole: Mapping[tuple[str, str], Endpoint]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer; with layers that were added to the application, through them."""
        endpoint = None
        if scope["type"] == "http" and not self.user_middleware:
            endpoint = self.whole.get((scope["method"], scope["path"]))
        await (endpoint or super().__call__)(scope, receive, send)


def _endpoint(
    state: State, method: str, path: str, handler: Handler, is_open: bool = False
) -> Endpoint:
    return Endpoint(state, path, handler, is_openai=path.startswith("/v1/"), is_open=is_open)


def _tell(request: Request, error: Exception) -> Response:
    """Paths and methods that are none, in JSON."""
    assert isinstance(error, HTTPException)
    problem = Problem(error.status_code, f"{request.method} {request.url.path}: {error.detail}")
    body = problem_body(problem, request.url.path.startswith("/v1/"))
    return Response(body, error.status_code, error.headers, "application/json")


def _tell_failure(request: Request, error: Exception) -> Response:
    body = problem_body(Problem(500, "the server failed; see its log"), is_openai=False)
    return Response(body, 500, media_type="application/json")
