"""Running the application: one process or several, until a signal says to end.

After SIGTERM /ready answers 503, requests are still taken for `drain_s` seconds, what is being
answered is finished (see `draining`), and the process exits with 0. A second signal ends it at
once.
"""

from __future__ import annotations

import socket
import sys
import time
from types import FrameType
from typing import TYPE_CHECKING, Any

import uvicorn

from onnxformers.errors import InvalidArgumentError
from onnxformers.server.app import create_app
from onnxformers.server.connections import Connection
from onnxformers.server.draining import finish, stop_listening
from onnxformers.server.settings import ServerSettings

if TYPE_CHECKING:
    from onnxformers.server.board import Board
    from onnxformers.server.state import State

# The queue of connections that nobody has accepted.
_BACKLOG = 2048
#: Ticks, of which there are ten a second, after which a worker tells what it has counted.
_TICKS_OF_BOARD = 5


class Server(uvicorn.Server):
    """A server that takes its leave.

    Args:
        config: See `server_config`.
        state: Of the application.
        is_alone: Whether no other process listens on its socket.
    """

    def __init__(self, config: uvicorn.Config, state: State, *, is_alone: bool = True) -> None:
        super().__init__(config)
        self._is_alone = is_alone
        self._state = state
        self._ends_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end; the second time, end."""
        if self._ends_at is not None:
            self.force_exit = self.should_exit = True
            return
        self._state.is_draining = True
        self._ends_at = time.monotonic() + self._state.settings.drain_s

    async def on_tick(self, counter: int) -> bool:
        """Whether to stop taking requests; asked ten times a second."""
        if self._ends_at is not None and time.monotonic() >= self._ends_at:
            self.should_exit = True
        if counter % _TICKS_OF_BOARD == 0:
            self._state.write_down()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, answer what was asked, let the models go."""
        if not self.force_exit:
            self._state.is_draining = True
            await stop_listening(self.servers, sockets or [], is_alone=self._is_alone)
            await finish(self.server_state, self._state, lambda: self.force_exit)
        self._state.write_down()
        await super().shutdown(sockets)


def serve(settings: ServerSettings) -> None:
    """Serve until a signal comes.

    Raises:
        OnnxformersError: A model cannot be loaded.
        InvalidArgumentError: The address cannot be listened on.
    """
    listener = listen(settings)
    if settings.workers == 1:
        serve_alone(settings, listener)
        return
    from onnxformers.server.workers import Workers

    Workers(settings, listener).run()


def serve_alone(
    settings: ServerSettings, listener: socket.socket, board: Board | None = None
) -> None:
    """Serve in this process until a signal comes.

    Args:
        settings: What to serve.
        listener: The socket.
        board: Where to tell the other workers, who listen too.

    Raises:
        OnnxformersError: A model cannot be loaded.
    """
    app = create_app(settings)
    state: State = app.state.serving
    state.board = board
    state.load()
    Server(server_config(app), state, is_alone=board is None).run(sockets=[listener])


def listen(settings: ServerSettings) -> socket.socket:
    """A socket on the address.

    Raises:
        InvalidArgumentError: It is taken, or not ours.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # With the protocol by name, asyncio switches off the waiting for more to send: 40 ms an answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise InvalidArgumentError(
            f"[serve] cannot listen on {settings.host}:{settings.port}: {error}"
        ) from None
    listener.listen(_BACKLOG)
    listener.set_inheritable(True)
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if family == socket.AF_INET6 else host
    sys.stderr.write(f"onnxformers serves on http://{shown}:{port}\n")
    return listener


def server_config(app: Any) -> uvicorn.Config:
    """How uvicorn runs the application."""
    return uvicorn.Config(
        app,
        http=Connection,
        proxy_headers=False,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        lifespan="on",
        ws="none",
        backlog=_BACKLOG,
        timeout_keep_alive=75,
    )
