"""What the pipelines over text return, for type checkers: plain dicts at run time.

Scores are Python floats, indices and ids Python ints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from typing_extensions import NotRequired


class Label(TypedDict):
    """A label of a text.

    Attributes:
        label: As the model's config names it.
        score: Its probability, or the raw value of a regression.
        truncated: True, where something of the text was cut.
    """

    label: str
    score: float
    truncated: NotRequired[bool]


class Entity(TypedDict):
    """A token with its label or, with an aggregation strategy, neighbours of the same label.

    Attributes:
        entity: The label of a token.
        entity_group: The label of neighbours, without "B-" and "I-".
        score: The probability of the label; of neighbours, the mean.
        index: Place of a token in its row, special tokens counted.
        word: The decoded text; for the original text cut it by `start` and `end`.
        start: First character in the text.
        end: The character after the last one.
        truncated: True, where something of the text was cut.
    """

    entity: NotRequired[str]
    entity_group: NotRequired[str]
    score: float
    index: NotRequired[int]
    word: str
    start: int
    end: int
    truncated: NotRequired[bool]


class Filling(TypedDict):
    """A token for a mask.

    Attributes:
        score: Its probability among all tokens.
        token: Its id.
        token_str: Its text.
        sequence: The text with this token in place of the mask.
        truncated: True, where something of the text was cut.
    """

    score: float
    token: int
    token_str: str
    sequence: str
    truncated: NotRequired[bool]


class Answer(TypedDict):
    """An answer to a question.

    Attributes:
        score: Probability of its first token times that of its last.
        start: First character in the context.
        end: The character after the last one.
        answer: ``context[start:end]``; "" stands for "no answer".
        truncated: True, where the question was cut.
    """

    score: float
    start: int
    end: int
    answer: str
    truncated: NotRequired[bool]


class ZeroShotClassification(TypedDict):
    """Candidate labels of a text.

    Attributes:
        sequence: The text.
        labels: All candidate labels, best first.
        scores: The score of each.
        truncated: True, where something of the text was cut.
    """

    sequence: str
    labels: list[str]
    scores: list[float]
    truncated: NotRequired[bool]


class RankedDocument(TypedDict):
    """A document with how well it answers a query.

    Attributes:
        index: Its place among the documents.
        score: The higher, the better.
        text: The document, when asked for.
        truncated: True, where something of query or document was cut.
    """

    index: int
    score: float
    text: NotRequired[str]
    truncated: NotRequired[bool]


class ToolFunction(TypedDict):
    """What a model wants to call.

    Attributes:
        name: The function.
        arguments: What to give to it.
    """

    name: str
    arguments: dict[str, Any]


class ToolCall(TypedDict):
    """A call that stands in an answer, as chat templates take it back.

    Attributes:
        type: "function".
        function: Which one, and with what.
    """

    type: str
    function: ToolFunction


class Message(TypedDict, total=False):
    """A message of a chat.

    Attributes:
        role: Who says it: "system", "user", "assistant", "tool".
        content: What is said.
        tool_calls: The functions that the assistant wants to be called.
    """

    role: str
    content: Any
    tool_calls: list[ToolCall]


class GeneratedText(TypedDict, total=False):
    """What a model wrote.

    Attributes:
        generated_text: The text, with its prompt unless asked otherwise. Of a chat the messages,
            the answer last; with ``return_full_text=False`` the answer alone, as a text.
        generated_token_ids: The ids, with `return_tensors`.
        truncated: True, where something of the prompt was cut.
    """

    generated_text: str | list[Message]
    generated_token_ids: list[int]
    truncated: bool


class RewrittenText(TypedDict, total=False):
    """What a model with an encoder made of a text.

    Attributes:
        generated_text: The text.
        generated_token_ids: Its ids, with `return_tensors`.
        truncated: True, where something of the text was cut.
    """

    generated_text: str
    generated_token_ids: list[int]
    truncated: bool


class Summary(TypedDict, total=False):
    """A summary.

    Attributes:
        summary_text: The text.
        summary_token_ids: Its ids, with `return_tensors`.
        truncated: True, where something of the text was cut.
    """

    summary_text: str
    summary_token_ids: list[int]
    truncated: bool


class Translated(TypedDict, total=False):
    """A translation.

    Attributes:
        translation_text: The text.
        translation_token_ids: Its ids, with `return_tensors`.
        truncated: True, where something of the text was cut.
    """

    translation_text: str
    translation_token_ids: list[int]
    truncated: bool
