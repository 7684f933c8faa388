"""A call of generate() that was checked, and what stands around its search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError, InvalidTypeError, UnsupportedModelError
from onnxformers.generation.stopping import InterruptableStoppingCriteria
from onnxformers.models.generation_options import check_request, make_options, merge
from onnxformers.models.generation_outputs import make_output
from onnxformers.models.graph import Budget
from onnxformers.models.layer_outputs import layer_outputs
from onnxformers.models.prompts import Prompt, make_prompt

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from onnxformers._native.runtime import CancelToken
    from onnxformers.generation import GenerationConfig
    from onnxformers.generation.guide import Guide
    from onnxformers.models.base import PreTrainedModel
    from onnxformers.models.generation_outputs import GenerateOutput

    Output = NDArray[np.int64] | GenerateOutput

KINDS = ("decoder-only", "encoder-decoder", "image-text-to-text", "image-text-to-text-seq2seq")


@dataclass(frozen=True, slots=True)
class Call:
    """Arguments of generate() that are no options; see there."""

    logits_processor: Any = None
    stopping_criteria: Any = None
    prefix_allowed_tokens_fn: Callable[..., Any] | None = None
    streamer: Any = None
    assistant_model: PreTrainedModel | None = None
    negative_prompt_ids: Any = None
    negative_prompt_attention_mask: Any = None
    tokenizer: Any = None
    guided: Any = None
    response_format: Any = None
    seed: int | None = None
    row_numbers: Sequence[int] = ()
    timeout_s: float | None = None
    cancel: CancelToken | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A call with its prompt and all its options.

    Attributes:
        model: Who writes.
        prompt: What it begins with.
        options: For the core, by name.
        config: The same for Python.
        call: The other arguments.
    """

    model: PreTrainedModel
    prompt: Prompt
    options: dict[str, Any]
    config: GenerationConfig
    call: Call


def prepare(
    model: PreTrainedModel,
    inputs: Any,
    generation_config: GenerationConfig | Mapping[str, Any] | None,
    call: Call,
    keywords: Mapping[str, Any],
) -> Job:
    """Check a call, which `PreTrainedModel.generate` documents, and read its prompt."""
    if model.kind not in KINDS:
        raise UnsupportedModelError(
            f"[generate] {type(model).__name__} is of kind {model.kind!r}; generate() is for "
            f"models of kind {', '.join(KINDS)}"
        )
    if isinstance(inputs, Mapping):
        inputs, keywords = None, {**inputs, **keywords}
    config, given = merge(model, generation_config, keywords)
    check_request(model, config, call)
    prompt = make_prompt(model, config, inputs, given, Budget(call.timeout_s, call.cancel))
    return Job(model, prompt, make_options(config, prompt, call), config, call)


class Answer:
    """What stands around a search: its stream, and the form that was asked for.

    `begin` comes first; then `conclude`, or `fail` where no search began.

    Args:
        job: The call.

    Attributes:
        job: What is to be searched: with the form's own processors after `begin`.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self._streamer = job.call.streamer
        self._guide: Guide | None = None

    def begin(self) -> None:
        """Hand the prompt to the stream, and read the form."""
        try:
            self._begin_stream()
            self._begin_form()
        except BaseException as error:
            self.fail(error)
            raise

    def conclude(self, search: Callable[[], dict[str, Any]]) -> Output:
        """The output, from what the core gave.

        Args:
            search: Gives that, or raises what ended the generation.
        """
        try:
            with nullcontext() if self._guide is None else self._guide:
                return self._finish(search())
        except BaseException as error:
            self.fail(error)
            raise

    def fail(self, error: BaseException) -> None:
        """Whoever waits for the stream hears of an error too."""
        if hasattr(self._streamer, "fail"):
            self._streamer.fail(error)

    def _begin_stream(self) -> None:
        if self._streamer is None:
            return
        if self.job.config.stop_strings and hasattr(self._streamer, "stop_strings"):
            self._streamer.stop_strings = tuple(stop_strings(self.job.config))
        self._streamer.put(self.job.prompt.ids)

    def _begin_form(self) -> None:
        call, prompt = self.job.call, self.job.prompt
        if call.guided is None and call.response_format is None:
            return
        from onnxformers.generation.guided import EndHeld, make_guide

        form = (call.guided, call.response_format, call.tokenizer)
        guide = make_guide(*form, self.job.config, prompt.ids)
        if guide is None:
            return
        if call.assistant_model is not None:
            raise InvalidArgumentError(
                "[guided] does not go with an assistant_model; leave one out"
            )
        processors = callables("logits_processor", call.logits_processor)
        criteria = callables("stopping_criteria", call.stopping_criteria)
        own: dict[str, Any] = {
            "logits_processor": [*processors, guide.process],
            "stopping_criteria": [guide.watch, *criteria],
            "streamer": None if self._streamer is None else EndHeld(self._streamer),
        }
        self._guide = guide
        self.job = replace(self.job, call=replace(call, **own))

    def _finish(self, result: dict[str, Any]) -> Output:
        sequences = self.job.prompt.with_given(result["sequences"])
        if self._guide is not None:
            self._guide.check(sequences)
            if self._streamer is not None:
                self._streamer.end()
        if not self.job.config.return_dict_in_generate:
            return sequences
        result |= layer_outputs(self.job, result["sequences"])
        result["sequences"] = sequences
        return make_output(result, self.job.model.kind)


def callables(name: str, given: Any) -> list[Callable[..., Any]]:
    """One callable, a list of them, or None."""
    if given is None:
        return []
    listed = list(given) if isinstance(given, list | tuple) else [given]
    for item in listed:
        if not callable(item):
            raise InvalidTypeError(
                f"[generate] {name} must be a callable or a list of them, got {item!r}"
            )
    return listed


def native_callables(config: GenerationConfig, call: Call) -> dict[str, Any]:
    """What of a call the core calls while it generates, by the names of its arguments."""
    return {
        "processors": callables("logits_processor", call.logits_processor),
        "streamer": call.streamer,
        "prefix_allowed_tokens_fn": call.prefix_allowed_tokens_fn,
        **_criteria(config, call),
    }


def _criteria(config: GenerationConfig, call: Call) -> dict[str, Any]:
    """What ends rows: callables, and what the core can look at by itself."""
    given = callables("stopping_criteria", call.stopping_criteria)
    interrupts = [each for each in given if isinstance(each, InterruptableStoppingCriteria)]
    found: dict[str, Any] = {
        "stopping": [each for each in given if each not in interrupts],
        "interrupts": [each.flag for each in interrupts],
    }
    if config.stop_strings:
        found["stop_strings"] = stop_strings(config)
        found["tokenizer"] = call.tokenizer.native
    return found


def stop_strings(config: GenerationConfig) -> list[str]:
    """The texts that end a row."""
    given = config.stop_strings
    return [given] if isinstance(given, str) else list(given or ())
