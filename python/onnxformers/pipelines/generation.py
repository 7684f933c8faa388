"""What the pipelines that write share: defaults, batches, and rows of `model.generate`."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np

from onnxformers._native.base import plan_batches
from onnxformers.errors import FileFormatError
from onnxformers.generation.config import GenerationConfig
from onnxformers.pipelines.base import READ_AHEAD
from onnxformers.pipelines.generation_options import GenerationOptions, generation_names
from onnxformers.pipelines.text import TokenizedPipeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    Ids = NDArray[np.int64]

Options = TypeVar("Options", bound=GenerationOptions)

#: Tokens written where neither the call nor the model's files say how many.
MAX_NEW_TOKENS = 256
# What `max_length` is in files that do not choose one.
_USUAL_MAX_LENGTH = 20
# Tokens in the cache of one batch. Each step reads all weights once, whatever the rows.
TOKEN_BUDGET = 16_384
MAX_ROWS = 32
# What a `GenerationConfig` of a call takes from the model's where it does not have it.
_SPECIAL = ("bos_token_id", "decoder_start_token_id", "eos_token_id", "pad_token_id")
#: Options under which a text must be alone: drafts and streamers are of one, functions count rows.
_ALONE = (
    "assistant_model",
    "negative_prompt_ids",
    "prefix_allowed_tokens_fn",
    "prompt_lookup_num_tokens",
    "streamer",
)
#: Options of `model.generate` for which it reads the tokenizer.
_OF_TEXT = ("guided", "response_format", "stop_strings")


class GenerationPipeline(TokenizedPipeline[Options]):
    """Base of the pipelines that write."""

    options_class: ClassVar[type[Any]] = GenerationOptions

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        specific = self.model.config.get("task_specific_params") or {}
        own: dict[str, Any] = dict(specific.get(self.task) or {})
        self._prefix = self._read_prefix(own.pop("prefix", None))
        known = generation_names()
        self._task_options = {name: value for name, value in own.items() if name in known}

    def _read_prefix(self, of_task: Any) -> str:
        prefix = self.model.config.get("prefix") if of_task is None else of_task
        if prefix is not None and not isinstance(prefix, str):
            raise FileFormatError(
                f"[{self.task}] the prefix of the model's config must be a str, got {prefix!r}"
            )
        return prefix or ""

    def _stream(self, inputs: Iterator[Any], options: Options) -> Iterator[Any]:
        size, first = options.batch_size or READ_AHEAD, options.first_row
        while items := list(islice(inputs, size)):
            yield from self.run_stream(items, replace(options, first_row=first))
            first += len(items)

    def token_limit(self, options: Options) -> int | None:
        """The most tokens of a prompt: what the model takes."""
        return None if options.truncation is False else self._model_limit

    def setting(self, name: str, options: Options) -> Any:
        """What a generation option is in a call: its own, the task's, the model's; None for none.

        A `GenerationConfig` of the call takes the place of the task's and the model's, but for
        special tokens that it does not have.
        """
        given = options.generation
        own: Mapping[str, Any] = self.model.generation_config or {}
        config = given.get("generation_config")
        layers = [given, self._task_options, own]
        if config is not None:
            layers = [given, config, own if name in _SPECIAL else {}]
            if not isinstance(config, GenerationConfig):  # changes its items only
                layers[2:] = [self._task_options, own]
        return next((layer[name] for layer in layers if layer.get(name) is not None), None)

    def writes_one(self, **options: Any) -> bool:
        """Whether a call with these options writes one sequence a text, which can be streamed."""
        settings = self._settings(options)
        names = ("num_beams", "num_return_sequences")
        return all(self.setting(name, settings) in (None, 1) for name in names)

    def _arguments(self, options: Options) -> dict[str, Any]:
        """What `model.generate` is called with, but the prompts."""
        arguments = dict(options.generation)
        if not isinstance(arguments.get("generation_config"), GenerationConfig):
            config = arguments.pop("generation_config", None) or {}
            arguments = {**self._task_options, **config, **arguments}
        if self._needs_length(options):
            arguments["max_new_tokens"] = MAX_NEW_TOKENS
        pad = self.tokenizer.pad_token_id
        if pad is not None and self.setting("pad_token_id", options) is None:
            arguments["pad_token_id"] = pad
        if options.stop_sequence is not None:
            arguments["stop_strings"] = [options.stop_sequence]
        if arguments.get("stop_strings") or any(self.setting(n, options) for n in _OF_TEXT):
            arguments["tokenizer"] = self.tokenizer
        return arguments | {"timeout_s": options.timeout_s, "cancel": options.cancel}

    def _needs_length(self, options: Options) -> bool:
        if self.setting("max_new_tokens", options) is not None:
            return False
        config = options.generation.get("generation_config") or {}
        if any(given.get("max_length") is not None for given in (options.generation, config)):
            return False
        return self.setting("max_length", options) in (None, _USUAL_MAX_LENGTH)

    def batches(
        self, lengths: Ids, options: Options, neutral: Mapping[str, Any]
    ) -> Iterator[list[int]]:
        """Rows that go through the model together, those of similar length.

        Args:
            lengths: Tokens of each prompt, shape (rows,).
            options: Those of the call.
            neutral: Options with which the padding of a row would show in what is written, and
                the value of each that does nothing. With others, only equal lengths go together.
        """
        if any(self.setting(name, options) for name in _ALONE):
            yield from ([row] for row in range(len(lengths)))
            return
        width = int(self.setting("num_beams", options) or 1)
        width = max(width, int(self.setting("num_return_sequences", options) or 1))
        room = int(self.setting("max_new_tokens", options) or MAX_NEW_TOKENS)
        limits = {
            "token_budget": max(1, TOKEN_BUDGET // width),
            "max_rows": options.batch_size or max(1, MAX_ROWS // width),
        }
        groups = [np.arange(len(lengths))]
        if options.batch_invariant or any(
            self.setting(name, options) not in (None, value) for name, value in neutral.items()
        ):
            groups = [np.flatnonzero(lengths == length) for length in np.unique(lengths)]
        for group in groups:
            for rows in plan_batches(lengths[group] + room, **limits):
                yield group[rows].tolist()

    def generate(
        self, rows: list[int], ids: Ids, mask: Ids, arguments: Mapping[str, Any], options: Options
    ) -> Any:
        """What the model writes for a batch.

        Args:
            rows: Which texts of the call these are.
            ids: int64, shape (rows, tokens).
            mask: int64, shape (rows, tokens), 0 for padding.
            arguments: Of `model.generate`.
            options: Those of the call.
        """
        if self.setting("do_sample", options):
            numbers = [options.first_row + row for row in rows]
            arguments = {**arguments, "row_numbers": numbers}
        return self.model.generate(ids, attention_mask=mask, **arguments)

    def rows_of(
        self, generated: Any, count: int, width: int, options: Options
    ) -> Iterator[list[Ids]]:
        """What was written for each of `count` prompts: a row for each sequence asked for.

        Args:
            generated: Ids that `model.generate` returned, shape (prompts * sequences, tokens).
            count: How many prompts there were.
            width: Tokens of a row that were given, and end no text.
            options: Those of the call.

        Yields:
            Rows of int64, shape (tokens,), without padding behind.
        """
        rows = np.asarray(getattr(generated, "sequences", generated))
        ends = self._end_tokens(options)
        for part in rows.reshape(count, -1, rows.shape[1]):
            yield [_until_end(row, ends, width) for row in part]

    def _end_tokens(self, options: Options) -> Ids:
        ends = self.setting("eos_token_id", options)
        return np.atleast_1d(np.asarray([] if ends is None else ends, dtype=np.int64))

    def pad_id(self, options: Options) -> int:
        """What prompts are filled up with; the mask keeps models from seeing it."""
        candidates = [self.setting("pad_token_id", options), self.tokenizer.pad_token_id]
        candidates += self._end_tokens(options)[:1].tolist()
        return next((int(found) for found in candidates if found is not None), 0)

    def decode(self, ids: Ids, options: Options) -> str:
        """The text of ids, without special tokens; what a grammar asked for is left as it is."""
        has_form = any(name in options.generation for name in ("guided", "response_format"))
        clean_up = False if has_form else options.clean_up_tokenization_spaces
        return self.tokenizer.decode(
            ids, skip_special_tokens=True, clean_up_tokenization_spaces=clean_up
        )


def _until_end(ids: Ids, ends: Ids, begin: int) -> Ids:
    """The ids up to the first from `begin` on that ends a text; behind it is padding."""
    (places,) = np.isin(ids[begin:], ends).nonzero()
    return ids[: begin + places[0] + 1] if len(places) else ids
