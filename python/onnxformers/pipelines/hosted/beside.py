"""Work on another thread that tells what it does while it does it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from queue import SimpleQueue
from typing import Any, NamedTuple

from onnxformers._native.runtime import CancelToken


class _Ended(NamedTuple):
    result: Any
    error: BaseException | None


def run_beside(
    work: Callable[[Callable[[Any], None]], Any], token: CancelToken, name: str
) -> Generator[Any, None, Any]:
    """What work says, one after the other; gives in the end what it returned.

    Closing the generator stops the work and waits for its end.

    Args:
        work: Takes a function to say something with.
        token: Stops the work.
        name: Of the thread.

    Raises:
        BaseException: What the work raises.
    """
    queue: SimpleQueue[Any] = SimpleQueue()

    def run() -> None:
        try:
            queue.put(_Ended(work(queue.put), None))
        except BaseException as error:
            queue.put(_Ended(None, error))

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    try:
        while not isinstance(item := queue.get(), _Ended):
            yield item
        if item.error is not None:
            raise item.error
        return item.result
    except GeneratorExit:
        token.cancel()
        raise
    finally:
        thread.join()
