"""Text generation: what follows a prompt or a chat, by a decoder-only model."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, ClassVar, overload

import numpy as np

from onnxformers.errors import InvalidArgumentError
from onnxformers.pipelines import chats
from onnxformers.pipelines.generation import MAX_NEW_TOKENS, GenerationPipeline
from onnxformers.pipelines.generation_options import TextGenerationOptions
from onnxformers.pipelines.prompts import Prompt, pad_left, read_prompts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from onnxformers.pipelines.generation import Ids
    from onnxformers.pipelines.results import GeneratedText, Message

    Chat = list[dict[str, Any]] | list[dict[str, str]]

_log = logging.getLogger("onnxformers")
#: Options that look at what stands before, and their values that do nothing: padding in front of a
#: prompt would show in what is written.
_LOOKS_BACK = {
    "bad_words_ids": None,
    "encoder_no_repeat_ngram_size": 0,
    "encoder_repetition_penalty": 1,
    "guidance_scale": 1,
    "logits_processor": None,
    "min_length": 0,
    "no_repeat_ngram_size": 0,
    "penalty_alpha": 0,
    "repetition_penalty": 1,
    "sequence_bias": None,
    "stopping_criteria": None,
}


class TextGenerationPipeline(GenerationPipeline[TextGenerationOptions]):
    """Goes on with texts, or answers chats, with a decoder-only model.

    Call it with a str or a chat, a list of these, or a generator of these; and with the fields of
    `TextGenerationOptions` and of `GenerationConfig` (`max_new_tokens`, `do_sample`, `num_beams`,
    ...). A chat is a list of messages, dicts with "role" and "content", which the tokenizer's chat
    template makes a text of.

    Returns:
        For a str: ``[{"generated_text": str}]``, the prompt and what follows; with
        ``return_full_text=False`` only what follows; with ``return_tensors=True``
        ``[{"generated_token_ids": list[int]}]``. As many dicts as `num_return_sequences`. For a
        chat `generated_text` is the chat with one message more, or, if its last message is the
        assistant's, with that one continued. For a list: a list of such lists. For a generator: a
        generator of them. With ``"truncated": True`` where the prompt was cut.

    Raises:
        InvalidArgumentError: An empty list, a prompt without tokens, an unknown or contradictory
            option.
        InvalidTypeError: Something that is neither text nor chat.
        ChatTemplateError: The tokenizer has no chat template, or it refuses the chat.

    Example:
        >>> from onnxformers import pipeline
        >>> write = pipeline("text-generation", "Xenova/distilgpt2")  # doctest: +SKIP
        >>> write("I enjoy walking with my", max_new_tokens=5)  # doctest: +SKIP
        [{'generated_text': 'I enjoy walking with my dog and my family,'}]

    Source: spec/transformers.js/pipelines.md and transformers 4.46.3, TextGenerationPipeline.
    """

    if TYPE_CHECKING:

        @overload
        def __call__(self, text_inputs: str | Chat, **options: Any) -> list[GeneratedText]: ...
        @overload
        def __call__(
            self, text_inputs: list[str] | tuple[str, ...] | list[Chat], **options: Any
        ) -> list[list[GeneratedText]]: ...
        @overload
        def __call__(
            self, text_inputs: Iterator[str] | Iterator[Chat], **options: Any
        ) -> Iterator[list[GeneratedText]]: ...
        def __call__(self, text_inputs: Any, **options: Any) -> Any:
            """See `Pipeline`."""

    options_class: ClassVar[type[Any]] = TextGenerationOptions
    input_names: ClassVar[tuple[str, ...]] = ("text_inputs",)
    input_name: ClassVar[str] = "a str, a chat"

    def is_single(self, inputs: Any) -> bool:
        """A str and a list of messages are one input."""
        return isinstance(inputs, str) or chats.is_chat(inputs)

    def run_single(self, item: Any, options: TextGenerationOptions) -> list[GeneratedText]:
        """What follows one prompt."""
        return self.run_many([item], options)[0]

    def run_many(
        self, items: Sequence[Any], options: TextGenerationOptions
    ) -> list[list[GeneratedText]]:
        """What follows each prompt, in the order given."""
        prompts = self._prompts(items, options)
        arguments = self._arguments(options)
        self._make_room(arguments, options)
        lengths = np.array([len(prompt.ids) for prompt in prompts])
        results: list[list[GeneratedText]] = [[]] * len(items)
        for rows in self.batches(lengths, options, _LOOKS_BACK):
            ids, mask = pad_left([prompts[row].ids for row in rows], self.pad_id(options))
            generated = self.generate(rows, ids, mask, arguments, options)
            width = ids.shape[1]
            written = self.rows_of(generated, len(rows), width, options)
            for row, sequences in zip(rows, written, strict=True):
                new = [sequence[width:] for sequence in sequences]
                results[row] = self._results(items[row], prompts[row], new, options)
        return results

    def _prompts(self, items: Sequence[Any], options: TextGenerationOptions) -> list[Prompt]:
        """The ids of each prompt, at least one."""
        prompts = read_prompts(
            self.task,
            self.tokenizer,
            items,
            options,
            prefix=self._prefix if options.prefix is None else options.prefix,
            cut_to=self.token_limit(options) if options.truncation is True else None,
        )
        room = self._room(options)
        for index, (ids, _) in enumerate(prompts):
            if not len(ids):
                prompts[index] = Prompt(np.array([self._first_token(index, options)]), False)
            elif room is not None and len(ids) > room:
                prompts[index] = Prompt(ids[-room:], True)
        self._tell(prompts, options)
        return prompts

    def _first_token(self, index: int, options: TextGenerationOptions) -> int:
        """What a text without tokens begins with."""
        for found in (self.setting("bos_token_id", options), self.tokenizer.bos_token_id):
            if found is not None:
                return int(found)
        raise InvalidArgumentError(
            f"[{self.task}] input {index} has no tokens, and the model no token to begin with; "
            "give a text, or bos_token_id"
        )

    def _room(self, options: TextGenerationOptions) -> int | None:
        """Tokens of a prompt that leave the model room to write; None: any number."""
        limit = self._model_limit
        if options.handle_long_generation is None or limit is None:
            return None
        wanted = self.setting("max_new_tokens", options)
        room = limit - int(MAX_NEW_TOKENS if wanted is None else wanted)
        if room < 1:
            raise InvalidArgumentError(
                f"[{self.task}] handle_long_generation: max_new_tokens leaves no room for a prompt "
                f"in the {limit} tokens that the model takes; ask for less"
            )
        return room

    def _tell(self, prompts: list[Prompt], options: TextGenerationOptions) -> None:
        """Say what was cut, or is too long; refuse it if that was asked for."""
        limit = self._model_limit
        if cut := sum(prompt.is_cut for prompt in prompts):
            self._warn_cut(cut, len(prompts), self._room(options) or limit)
        longest = max(range(len(prompts)), key=lambda row: len(prompts[row].ids))
        length = len(prompts[longest].ids)
        if limit is None or length <= limit:
            return
        if options.truncation == "error":
            self._refuse_length(longest, length, limit)
        _log.warning(
            "[%s] text %d has %d tokens, more than the %d that the model takes; truncation=True "
            "cuts its beginning",
            self.task,
            longest,
            length,
            limit,
        )

    def _make_room(self, arguments: dict[str, Any], options: TextGenerationOptions) -> None:
        """Count the prefix out of a least length, which counts the prompt."""
        prefix = self._prefix if options.prefix is None else options.prefix
        is_set = arguments.get("min_length") is not None
        if prefix and is_set and self.setting("min_new_tokens", options) is None:
            special = bool(options.add_special_tokens)
            arguments["min_length"] += len(
                self.tokenizer.encode(prefix, add_special_tokens=special)
            )

    def _needs_length(self, options: TextGenerationOptions) -> bool:
        """Also where there is a `max_length`, which Transformers.js leaves without effect."""
        if self.setting("max_new_tokens", options) is not None:
            return False
        if options.generation.get("max_length") is not None:
            _log.warning(
                "[%s] max_length gives way to max_new_tokens, which is %d unless it is given",
                self.task,
                MAX_NEW_TOKENS,
            )
        return True

    def _results(
        self, item: Any, prompt: Prompt, sequences: list[Ids], options: TextGenerationOptions
    ) -> list[GeneratedText]:
        begin = len(self.decode(prompt.ids, options))
        results: list[GeneratedText] = []
        for new in sequences:
            ids = np.concatenate([prompt.ids, new])
            result: GeneratedText
            if options.return_tensors:
                result = {"generated_token_ids": ids.tolist()}
            else:
                # Together, for a token may change how the one before it is written.
                answer = self.decode(ids, options)[begin:]
                result = {"generated_text": _whole(item, answer, options)}
            if prompt.is_cut:
                result["truncated"] = True
            results.append(result)
        return results


def _whole(item: Any, answer: str, options: TextGenerationOptions) -> str | list[Message]:
    """What was written with what was asked, unless the call says otherwise."""
    if options.return_full_text is False:
        return answer
    if isinstance(item, str):
        return item + answer
    return chats.answered(item, answer, options)
