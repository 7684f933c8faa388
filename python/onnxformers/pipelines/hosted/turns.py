"""Conversations as lists of what was said and answered, which came before chats of messages.

Source: spec/inference/HfInference_class.md, conversational.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from onnxformers.errors import InvalidArgumentError, InvalidTypeError

if TYPE_CHECKING:
    from onnxformers.pipelines.base import Pipeline

_TASK = "conversational"


@dataclass(frozen=True, slots=True)
class Turn:
    """A conversation, and what is said now.

    Attributes:
        said: By the user, before.
        answered: To that.
        text: What is said now.
    """

    said: list[str]
    answered: list[str]
    text: str

    @property
    def messages(self) -> list[dict[str, str]]:
        """The same as a chat."""
        found = []
        for question, reply in zip(self.said, self.answered, strict=True):
            found += [_message("user", question), _message("assistant", reply)]
        return [*found, _message("user", self.text)]


def answer(pipe: Pipeline[Any], turn: Turn, **options: Any) -> dict[str, Any]:
    """The next turn: a `ConversationalOutput`."""
    (result,) = pipe(turn.messages, **{**options, "return_full_text": False})
    reply = result["generated_text"]
    return {
        "generated_text": reply,
        "conversation": {
            "past_user_inputs": [*turn.said, turn.text],
            "generated_responses": [*turn.answered, reply],
        },
        "warnings": [],
    }


def read_turn(inputs: Any) -> Turn:
    """The conversation of a request.

    Raises:
        InvalidTypeError: The inputs are none.
        InvalidArgumentError: The lists are not of equal length.
    """
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
    return Turn(said, answered, inputs["text"])


def _message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}
