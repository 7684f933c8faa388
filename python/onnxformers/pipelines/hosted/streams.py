"""Text while it is written, token by token, from a pipeline that runs on another thread."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from onnxformers._native.runtime import CancelToken
from onnxformers.errors import GuidedGenerationError
from onnxformers.generation import TextStreamer
from onnxformers.pipelines.hosted.beside import run_beside
from onnxformers.pipelines.hosted.meter import PLAIN, Meter

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


class Steps:
    """The tokens of `write_stepwise`, to go through once.

    Args:
        steps: What it gave.

    Attributes:
        results: What the pipeline gave in the end.
    """

    def __init__(self, steps: Generator[Step, None, Any]) -> None:
        self._steps = steps
        self.results: list[Any] | None = None

    def __iter__(self) -> Generator[Step, None, None]:
        self.results = yield from self._steps

    @property
    def is_cut(self) -> bool:
        """Whether the answer was cut off before it had its form."""
        return self.results is None


class _Steps(TextStreamer):
    """Puts each token with its text into a queue, one behind: the last one is known by its end."""

    def __init__(self, tokenizer: Any, say: Callable[[Step], None]) -> None:
        super().__init__(tokenizer, skip_prompt=True, callback_function=self._keep)
        self._say = say
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
            self._say(Step(self._token, self._text, is_last))
            self._token, self._text = None, ""


def write_stepwise(
    pipe: TextGenerationPipeline, prompt: Any, options: dict[str, Any], meter: Meter | None = None
) -> Generator[Step, None, Any]:
    """The tokens that a pipeline writes; gives in the end what the pipeline gave.

    That is None where the answer was to have a form and was cut off before it had it. Closing the
    generator stops the model.

    Args:
        pipe: Of text-generation.
        prompt: A text or a chat.
        options: Of the call; `cancel` may be among them.
        meter: Bends and keeps the scores.

    Raises:
        OnnxformersError: What the pipeline raises.
    """
    token = options.get("cancel") or CancelToken()
    call = {**options, "cancel": token}
    if meter is not None:
        call["logits_processor"] = [meter]

    def work(say: Callable[[Step], None]) -> Any:
        streamer = _Steps(pipe.tokenizer, say)
        try:
            return pipe(prompt, **call, streamer=streamer)
        except GuidedGenerationError as error:
            if error.sequences is None:
                raise
            streamer.end()
            return None

    return (yield from run_beside(work, token, "onnxformers-stream"))


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
    # The last token may go on behind the stop.
    return "stop_sequence" if any(stop in text for stop in stops) else "length"


class Sequence(NamedTuple):
    """One text that a pipeline wrote.

    Attributes:
        text: What the pipeline gave.
        tokens: What was written of it.
        reason: Why it ends, see `finish_reason`.
    """

    text: str
    tokens: list[int]
    reason: str


def write_whole(
    pipe: TextGenerationPipeline, prompt: Any, options: dict[str, Any], meter: Meter | None = None
) -> list[Sequence]:
    """What a pipeline writes for one prompt: as many texts as were asked for.

    Args:
        pipe: Of text-generation.
        prompt: A text or a chat.
        options: Of the call, with return_full_text.
        meter: Bends and keeps the scores.
    """
    if not pipe.writes_one(**{k: v for k, v in options.items() if k != "cancel"}):
        return _write_several(pipe, prompt, options, meter)
    tokens: list[int] = []
    text = ""
    for step in (steps := Steps(write_stepwise(pipe, prompt, options, meter))):
        tokens.append(step.token)
        text += step.text
    if steps.results is None:
        before = prompt if options.get("return_full_text") else ""
        return [Sequence(before + text, tokens, "length")]
    reason = finish_reason(pipe, tokens[-1] if tokens else None, text, options)
    return [Sequence(steps.results[0]["generated_text"], tokens, reason)]


def _write_several(
    pipe: TextGenerationPipeline, prompt: Any, options: dict[str, Any], meter: Meter | None
) -> list[Sequence]:
    """Several sequences, from their ids."""
    meter = Meter(PLAIN) if meter is None else meter
    settings = pipe._settings({k: v for k, v in options.items() if k != "cancel"})
    call = {name: value for name, value in options.items() if name != "return_full_text"}
    try:
        written = pipe(prompt, **call, return_tensors=True, logits_processor=[meter])
        rows: Any = [np.array(one["generated_token_ids"]) for one in written]
    except GuidedGenerationError as error:
        if error.sequences is None or meter.begin is None:
            raise
        (rows,) = pipe.rows_of(error.sequences, 1, meter.begin, settings)
    begin = meter.begin or 0
    before = prompt if options.get("return_full_text") else ""
    found = []
    for row in rows:
        text = pipe.decode(row, settings)[len(pipe.decode(row[:begin], settings)) :]
        tokens = row[begin:].tolist()
        reason = finish_reason(pipe, tokens[-1] if tokens else None, text, options)
        found.append(Sequence(before + text, tokens, reason))
    return found


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
