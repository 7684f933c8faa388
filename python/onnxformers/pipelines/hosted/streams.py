"""Text while it is written, token by token, from a pipeline that runs on another thread."""

from __future__ import annotations

import threading
from collections.abc import Generator
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from onnxformers._native.runtime import CancelToken
from onnxformers.generation import TextStreamer

if TYPE_CHECKING:
    from onnxformers.pipelines.text_generation import TextGenerationPipeline


class Step(NamedTuple):
    """A token that was written.

    Attributes:
        token: Its id.
        text: What became certain with it: all of them joined are the whole text.
        is_last: Whether it is the last one.
    """

    token: int
    text: str
    is_last: bool


class _Steps(TextStreamer):
    """Puts each token with its text into a queue, one behind: the last one is known by its end."""

    def __init__(self, tokenizer: Any, queue: SimpleQueue[Any]) -> None:
        super().__init__(tokenizer, skip_prompt=True, callback_function=self._keep)
        self._queue = queue
        self._token: int | None = None
        self._text = ""
        self._began = False

    def _keep(self, text: str) -> None:
        self._text += text

    def put(self, value: Any) -> None:
        """Take the prompt, or the token of a step."""
        if self._began:
            self._flush(is_last=False)
            self._token = int(np.asarray(value).ravel()[-1])
        self._began = True
        super().put(value)

    def end(self) -> None:
        """Give the last token with all that is left."""
        super().end()
        self._flush(is_last=True)

    def _flush(self, is_last: bool) -> None:
        if self._token is not None:
            self._queue.put(Step(self._token, self._text, is_last))
            self._token, self._text = None, ""


def write_stepwise(
    pipe: TextGenerationPipeline, prompt: Any, options: dict[str, Any]
) -> Generator[Step, None, Any]:
    """The tokens that a pipeline writes; gives in the end what the pipeline gave.

    Closing the generator stops the model.

    Args:
        pipe: Of text-generation.
        prompt: A text or a chat.
        options: Of the call; `cancel` may be among them.

    Raises:
        OnnxformersError: What the pipeline raises.
    """
    queue: SimpleQueue[Any] = SimpleQueue()
    token = options.get("cancel") or CancelToken()

    def work() -> None:
        try:
            streamer = _Steps(pipe.tokenizer, queue)
            queue.put((pipe(prompt, **{**options, "cancel": token}, streamer=streamer),))
        except BaseException as error:
            queue.put(error)

    thread = threading.Thread(target=work, name="onnxformers-stream", daemon=True)
    thread.start()
    try:
        while True:
            item = queue.get()
            if isinstance(item, Step):
                yield item
            elif isinstance(item, BaseException):
                raise item
            else:
                return item[0]
    except GeneratorExit:
        token.cancel()
        raise
    finally:
        thread.join()


def finish_reason(
    pipe: TextGenerationPipeline, last: int | None, text: str, options: dict[str, Any]
) -> str:
    """Why a text ends where it does: "eos_token", "stop_sequence" or "length"."""
    settings = pipe._settings({k: v for k, v in options.items() if k != "cancel"})
    ends = np.atleast_1d(np.asarray(pipe.setting("eos_token_id", settings) or []))
    if last is not None and last in ends:
        return "eos_token"
    stops = pipe.setting("stop_strings", settings) or ()
    stops = (stops,) if isinstance(stops, str) else tuple(stops)
    return "stop_sequence" if stops and text.endswith(stops) else "length"


class Written(NamedTuple):
    """What a pipeline wrote for one prompt.

    Attributes:
        results: What it gave, one for each sequence asked for.
        tokens: How many tokens were written.
        reason: Why the first sequence ends, see `finish_reason`.
    """

    results: list[Any]
    tokens: int
    reason: str


def write_whole(pipe: TextGenerationPipeline, prompt: Any, options: dict[str, Any]) -> Written:
    """What a pipeline writes, and how much it was."""
    if not pipe.writes_one(**{k: v for k, v in options.items() if k != "cancel"}):
        return _write_several(pipe, prompt, options)
    count, text, last = 0, "", None
    steps = write_stepwise(pipe, prompt, options)
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            reason = finish_reason(pipe, last, text, options)
            return Written(end.value, count, reason)
        count, text, last = count + 1, text + step.text, step.token


def _write_several(pipe: TextGenerationPipeline, prompt: Any, options: dict[str, Any]) -> Written:
    """Several sequences are counted by their texts."""
    results = pipe(prompt, **{**options, "return_full_text": False})
    lengths = [
        len(pipe.tokenizer.encode(result["generated_text"], add_special_tokens=False))
        for result in results
    ]
    room = options.get("max_new_tokens")
    reason = "length" if room is not None and lengths[0] >= room else "eos_token"
    return Written(results, sum(lengths), reason)


def text_events(
    pipe: TextGenerationPipeline, prompt: str, options: dict[str, Any]
) -> Generator[dict[str, Any], None, None]:
    """The events of the Inference API's stream: `TextGenerationStreamOutput`."""
    special = frozenset(pipe.tokenizer.all_special_ids)
    text = ""
    index = 0
    for index, step in enumerate(write_stepwise(pipe, prompt, options), 1):
        text += step.text
        token = {"id": step.token, "text": step.text, "special": step.token in special}
        event: dict[str, Any] = {"index": index, "token": token, "generated_text": None}
        event["details"] = None
        if step.is_last:
            full = options.get("return_full_text")
            event["generated_text"] = prompt + text if full else text
            reason = finish_reason(pipe, step.token, text, options)
            seed = options.get("seed")
            event["details"] = {"finish_reason": reason, "generated_tokens": index, "seed": seed}
        yield event
