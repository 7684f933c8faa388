"""Texts and chats as ids of a decoder-only model: encoded, cut, padded on the left."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.pipelines import chats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from onnxformers.pipelines.generation_options import TextGenerationOptions
    from onnxformers.tokenizers import PreTrainedTokenizer

    Ids = NDArray[np.int64]


class Prompt(NamedTuple):
    """A prompt as the model gets it.

    Attributes:
        ids: int64, shape (tokens,).
        is_cut: Whether something is missing at its beginning.
    """

    ids: Ids
    is_cut: bool


def read_prompts(
    task: str,
    tokenizer: PreTrainedTokenizer,
    items: Sequence[Any],
    options: TextGenerationOptions,
    *,
    prefix: str,
    cut_to: int | None,
) -> list[Prompt]:
    """The prompt of each input; one of an empty text may be empty.

    Args:
        task: For messages.
        tokenizer: The model's.
        items: Texts and chats.
        options: Those of the call.
        prefix: Stands in front of texts.
        cut_to: The most tokens, special ones included; None: any number.

    Raises:
        InvalidTypeError: An input is neither text nor chat.
        InvalidArgumentError: A chat has something that is no message; or a text is to go with
            tools, documents or a template.
        ChatTemplateError: There is no template, or it refuses a chat.
    """
    texts = [_text(task, tokenizer, index, item, options) for index, item in enumerate(items)]
    if cut_to is not None:  # what stands last is what the model goes on with
        tokenizer = copy.copy(tokenizer)
        tokenizer.truncation_side = "left"
    prompts = [Prompt(np.empty(0, np.int64), False)] * len(items)
    # A template puts the special tokens in place.
    for is_text, special in ((True, options.add_special_tokens is not False), (False, False)):
        rows = [row for row, item in enumerate(items) if isinstance(item, str) is is_text]
        if not rows:
            continue
        encodings = tokenizer.encode_ragged(
            [prefix + texts[row] if is_text else texts[row] for row in rows],
            truncation=cut_to is not None,
            max_length=cut_to,
            add_special_tokens=special,
        )
        for place, row in enumerate(rows):
            ids = np.array(encodings.ids(place), dtype=np.int64)
            prompts[row] = Prompt(ids, bool(encodings.truncated[place]))
    return prompts


def _text(
    task: str,
    tokenizer: PreTrainedTokenizer,
    index: int,
    item: Any,
    options: TextGenerationOptions,
) -> str:
    if isinstance(item, str):
        for name in ("tools", "documents", "chat_template"):
            if getattr(options, name) is not None:
                raise InvalidArgumentError(
                    f"[{task}] {name} is for chats, and input {index} is a text; give a list of "
                    "messages"
                )
        return item
    if not chats.is_chat(item):
        raise InvalidTypeError(
            f"[{task}] input {index} must be a str or a chat, a list of messages, got "
            f"{type(item).__name__}"
        )
    chats.check_chat(task, index, item)
    return chats.render(tokenizer, item, options)


def pad_left(prompts: Sequence[Ids], pad_id: int) -> tuple[Ids, Ids]:
    """Ids and mask, int64, shape (prompts, tokens)."""
    width = max(map(len, prompts))
    ids = np.full((len(prompts), width), pad_id, dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, prompt in enumerate(prompts):
        ids[row, width - len(prompt) :] = prompt
        mask[row, width - len(prompt) :] = 1
    return ids, mask
