"""Turns at writing: a model writes a few texts at once, each on a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from onnxformers._native.runtime import CancelToken
from onnxformers.inference.threads import each_in_thread
from onnxformers.pipelines.generation import MAX_NEW_TOKENS
from onnxformers.server.problems import Problem

if TYPE_CHECKING:
    from onnxformers.server.served import Served
    from onnxformers.server.settings import Limits

#: Options that multiply the work of a text.
_WIDTHS = ("num_beams", "num_return_sequences")


async def whole(served: Served, work: Callable[..., Any]) -> Any:
    """What `work(timeout_s=, cancel=)` gives, done on a thread when it is its turn."""
    cancel = CancelToken()
    async with served.turns:
        try:
            return await asyncio.to_thread(work, timeout_s=served.limits.time_s, cancel=cancel)
        except asyncio.CancelledError:
            cancel.cancel()
            raise


async def pieces(served: Served, work: Callable[..., Iterator[Any]]) -> AsyncGenerator[Any, None]:
    """The values of the generator that `work(timeout_s=, cancel=)` makes; closing it stops them."""
    cancel = CancelToken()
    async with served.turns:
        try:
            values = work(timeout_s=served.limits.time_s, cancel=cancel)
            async for value in each_in_thread(values):
                yield value
        finally:
            cancel.cancel()


def fit(
    pipe: Any, options: Mapping[str, Any], prompt_tokens: int, limits: Limits
) -> dict[str, Any]:
    """Options under which prompt and answer fit the model and the limits.

    Raises:
        Problem: They cannot.
    """
    check_wanted(options, limits, prompt_tokens)
    if prompt_tokens > limits.tokens:
        raise Problem(413, f"the prompt has {prompt_tokens} tokens; {limits.tokens} are allowed")
    return _with_room(pipe, options, prompt_tokens, limits.new_tokens)


def check_wanted(options: Mapping[str, Any], limits: Limits, prompt_tokens: int = 0) -> None:
    """Refuse to write more than the limits allow.

    Raises:
        Problem: So much is asked for.
    """
    wanted = {"max_new_tokens": limits.new_tokens, "max_length": limits.new_tokens + prompt_tokens}
    wanted |= dict.fromkeys(_WIDTHS, limits.inputs)
    for name, most in wanted.items():
        value = options.get(name)
        if isinstance(value, int) and value > most:
            raise Problem(422, f"{name} may be {most}, got {value}")


def _with_room(
    pipe: Any, options: Mapping[str, Any], prompt_tokens: int, most: int
) -> dict[str, Any]:
    """The options, with a count of tokens to write that there is room for."""
    room = most if pipe.model_limit is None else pipe.model_limit - prompt_tokens
    wanted = options.get("max_new_tokens")
    if room < 1 or (isinstance(wanted, int) and wanted > room):
        raise Problem(
            422,
            f"{prompt_tokens} tokens of the prompt and {wanted or 1} to write are more than the "
            f"{pipe.model_limit} that the model takes",
        )
    if wanted is not None or "max_length" in options:
        return dict(options)
    usual = pipe.setting("max_new_tokens", pipe.defaults) or MAX_NEW_TOKENS
    return {**options, "max_new_tokens": min(usual, room, most)}
