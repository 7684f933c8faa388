"""Conversations as the text, or the token ids, that a chat model was trained on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from onnxformers.errors import ChatTemplateError, InvalidArgumentError
from onnxformers.tokenizers.chat_parts import (
    assistant_mask,
    conversations_of,
    documents_of,
    left_open,
    templates_of,
)
from onnxformers.tokenizers.layouts import Layouts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Literal

    from onnxformers.tokenizers.batch_encoding import BatchEncoding
    from onnxformers.tokenizers.chat_limits import TemplateLimits
    from onnxformers.tokenizers.chat_parts import Conversation, Spans

DEFAULT, TOOL_USE = "default", "tool_use"
GENERATION = re.compile(r"\{%-?\s*generation\s*-?%\}")


class ChatTokenizer(Layouts):
    """The methods of a tokenizer for conversations."""

    @property
    def chat_template(self) -> str | dict[str, str] | None:
        """The template of the files, or templates by name; None where there is none. May be set.

        Raises:
            FileFormatError: it is neither.
        """
        return templates_of(type(self).__name__, self.config.get("chat_template"))

    @chat_template.setter
    def chat_template(self, template: str | dict[str, str] | None) -> None:
        self._change({"chat_template": template})

    def get_chat_template(
        self,
        chat_template: str | None = None,
        tools: Sequence[Mapping[str, Any] | Callable[..., Any]] | None = None,
    ) -> str:
        """The template that a conversation would be rendered with.

        Args:
            chat_template: the name of one of the tokenizer's templates, or a template.
            tools: with tools, the template "tool_use" comes before "default".

        Raises:
            InvalidArgumentError: there is none, or several and none by these names.

        Source: transformers 4.46.3, `get_chat_template`.
        """
        place, own = type(self).__name__, self.chat_template
        if isinstance(own, dict):
            if chat_template is not None:
                return own.get(chat_template, chat_template)
            for name in (TOOL_USE, DEFAULT) if tools is not None else (DEFAULT,):
                if name in own:
                    return own[name]
            raise InvalidArgumentError(
                f"[{place}] there are several chat templates and none is called 'default'; name "
                f"one of them in chat_template: {', '.join(sorted(own))}"
            )
        found = own if chat_template is None else chat_template
        if found is None:
            raise InvalidArgumentError(
                f"[{place}] the files have no chat template; pass one as chat_template"
            )
        return found

    def apply_chat_template(  # noqa: PLR0913, PLR0917 - the face of transformers
        self,
        conversation: Conversation | Sequence[Conversation],
        tools: Sequence[Mapping[str, Any] | Callable[..., Any]] | None = None,
        documents: Sequence[Mapping[str, Any]] | None = None,
        chat_template: str | None = None,
        add_generation_prompt: bool = False,
        continue_final_message: bool = False,
        tokenize: bool = True,
        padding: bool | Literal["longest", "max_length", "do_not_pad"] = False,
        truncation: bool | str = False,
        max_length: int | None = None,
        return_tensors: Literal["np"] | None = None,
        return_dict: bool = False,
        return_assistant_tokens_mask: bool = False,
        tokenizer_kwargs: Mapping[str, Any] | None = None,
        template_limits: TemplateLimits | None = None,
        **variables: Any,
    ) -> str | list[str] | list[int] | list[list[int]] | BatchEncoding | Any:
        r"""Render conversations with the model's chat template, and encode them.

        Args:
            conversation: messages with "role" and "content", oldest first; or several such lists.
            tools: what the model may call: JSON schemas, or functions with type hints and a
                docstring in Google's style.
            documents: dicts with "title" and "text" for the model to draw on.
            chat_template: a template in place of the tokenizer's, or the name of one of them.
            add_generation_prompt: end with what introduces the assistant's next message.
            continue_final_message: leave the last message open, for the model to go on with.
            tokenize: False returns text.
            padding: as in a call of the tokenizer.
            truncation: as in a call of the tokenizer.
            max_length: as in a call of the tokenizer.
            return_tensors: as in a call of the tokenizer, but None here: ids come as lists.
            return_dict: return all that a call of the tokenizer returns, not only the ids.
            return_assistant_tokens_mask: add `assistant_masks`, 1 for tokens inside the template's
                `{% generation %}` blocks; needs `return_dict`.
            tokenizer_kwargs: more options of a call of the tokenizer.
            template_limits: CPU seconds and characters that rendering one conversation may take;
                None means 250 ms and 4 million.
            **variables: more variables for the template, in place of special tokens too.

        Returns:
            Ids, or text with `tokenize=False`, or a `BatchEncoding` with `return_dict`; one for
            each conversation if there are several.

        Raises:
            ChatTemplateError: the template has mistakes, refuses the conversation, or goes over
                its limits.
            InvalidArgumentError, InvalidTypeError: options that do not go together, or a
                conversation that is none.

        Example:
            >>> tokenizer.apply_chat_template(
            ...     [{"role": "user", "content": "Hello"}],
            ...     tokenize=False,
            ...     add_generation_prompt=True,
            ... )
            '<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n'

        Source: transformers 4.46.3, `apply_chat_template`.
        """
        place = type(self).__name__
        _check_options(
            place,
            dict_without_ids=return_dict and not tokenize,
            mask_without_dict=return_assistant_tokens_mask and not return_dict,
            open_and_prompt=continue_final_message and add_generation_prompt,
            open_and_mask=continue_final_message and return_assistant_tokens_mask,
        )
        source = self.get_chat_template(chat_template, tools)
        if return_assistant_tokens_mask and not GENERATION.search(source):
            self.warn_once("the chat template marks nothing with {% generation %}: an empty mask")
        conversations, is_batch = conversations_of(place, conversation)
        shared = {
            **self.special_tokens_map,
            "tools": _schemas(tools),
            "documents": documents_of(place, documents),
            "add_generation_prompt": add_generation_prompt,
            **variables,
        }
        texts, spans = self._rendered(source, conversations, shared, template_limits)
        if continue_final_message:
            texts = [left_open(place, *pair) for pair in zip(texts, conversations, strict=True)]
        if not tokenize:
            return texts if is_batch else texts[0]
        options: dict[str, Any] = {
            "padding": padding,
            "truncation": truncation,
            "max_length": max_length,
            "add_special_tokens": False,
            "return_tensors": return_tensors,
            **(tokenizer_kwargs or {}),
        }
        encoded = self(texts if is_batch else texts[0], **options)
        if not return_dict:
            return encoded["input_ids"]
        if return_assistant_tokens_mask:
            rows = zip(encoded.encodings, spans, strict=False)
            masks = [assistant_mask(row.offsets, marked) for row, marked in rows]
            encoded["assistant_masks"] = masks if is_batch else masks[0]
        return encoded

    def _rendered(
        self,
        source: str,
        conversations: Sequence[Conversation],
        variables: Mapping[str, Any],
        limits: TemplateLimits | None,
    ) -> tuple[list[str], list[Spans]]:
        """Text and spans of the assistant of each conversation."""
        # Here, so that who never chats needs no jinja2.
        from onnxformers.tokenizers.chat_limits import TemplateLimits
        from onnxformers.tokenizers.chat_sandbox import compile_template, render

        limits = limits or TemplateLimits()
        try:
            template = compile_template(source)
            rendered = [
                render(template, {**variables, "messages": messages}, limits)
                for messages in conversations
            ]
        except ChatTemplateError as error:
            place = type(self).__name__
            raise ChatTemplateError(f"[{place}] chat template: {error}") from error.__cause__
        return [text for text, _ in rendered], [spans for _, spans in rendered]


def _check_options(
    place: str,
    *,
    dict_without_ids: bool,
    mask_without_dict: bool,
    open_and_prompt: bool,
    open_and_mask: bool,
) -> None:
    wrong = {
        "return_dict=True needs tokenize=True: a text comes without a dict": dict_without_ids,
        "return_assistant_tokens_mask=True needs return_dict=True": mask_without_dict,
        "continue_final_message goes on with a message and add_generation_prompt begins another; "
        "choose one": open_and_prompt,
        "continue_final_message and return_assistant_tokens_mask do not go together": open_and_mask,
    }
    for message, holds in wrong.items():
        if holds:
            raise InvalidArgumentError(f"[{place}] {message}")


def _schemas(tools: Sequence[Any] | None) -> list[dict[str, Any]] | None:
    if tools is None:
        return None
    from onnxformers.tokenizers.tool_schema import tool_schemas  # reads signatures: slow to import

    return tool_schemas(tools)
