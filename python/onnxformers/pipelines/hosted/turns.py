"""Conversations as lists of what was said and answered, which came before chats of messages.

Source: spec/inference/HfInference_class.md, conversational.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.pipelines.hosted.tasks import read_options

if TYPE_CHECKING:
    from onnxformers.pipelines.base import Pipeline

_TASK = "conversational"


def answer(pipe: Pipeline[Any], inputs: Any, parameters: Any, **options: Any) -> dict[str, Any]:
    """The next turn: a `ConversationalOutput`.

    Raises:
        InvalidTypeError: The inputs are no conversation.
        InvalidArgumentError: The lists are not of equal length.
    """
    said, answered, text = _read(inputs)
    messages = []
    for question, reply in zip(said, answered, strict=True):
        messages += [_message("user", question), _message("assistant", reply)]
    messages.append(_message("user", text))
    chosen = read_options("text-generation", parameters)
    (result,) = pipe(messages, **{**chosen, "return_full_text": False}, **options)
    reply = result["generated_text"]
    return {
        "generated_text": reply,
        "conversation": {
            "past_user_inputs": [*said, text],
            "generated_responses": [*answered, reply],
        },
        "warnings": [],
    }


def _read(inputs: Any) -> tuple[list[str], list[str], str]:
    if not isinstance(inputs, Mapping) or not isinstance(inputs.get("text"), str):
        raise InvalidTypeError(f"[{_TASK}] inputs must be an object with a text")
    said = inputs.get("past_user_inputs") or []
    answered = inputs.get("generated_responses") or []
    for name, texts in (("past_user_inputs", said), ("generated_responses", answered)):
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise InvalidTypeError(f"[{_TASK}] {name} must be a list of texts")
    if len(said) != len(answered):
        raise InvalidArgumentError(
            f"[{_TASK}] past_user_inputs and generated_responses must be of equal length, got "
            f"{len(said)} and {len(answered)}"
        )
    return said, answered, inputs["text"]


def _message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}
