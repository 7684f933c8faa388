"""Answers of the tasks over text.

Source: spec/inference/modules.md, Interfaces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from typing_extensions import NotRequired


class FillMaskOutputValue(TypedDict):
    """A token for the mask.

    Attributes:
        score: Its probability.
        token: Its id.
        token_str: Its text.
        sequence: The text with this token in place of the mask.
    """

    score: float
    token: int
    token_str: str
    sequence: str


class SummarizationOutput(TypedDict):
    """A summary."""

    summary_text: str


class QuestionAnsweringOutput(TypedDict):
    """An answer, and where it stands in the context.

    Attributes:
        answer: The text of the answer.
        score: How likely it is.
        start: First character in the context.
        end: The character after the last one.
    """

    answer: str
    score: float
    start: int
    end: int


class TableQuestionAnsweringOutput(TypedDict):
    """An answer from the cells of a table.

    Attributes:
        answer: The answer as text.
        coordinates: Row and column of each cell.
        cells: Their contents.
        aggregator: What was done with them, such as "SUM".
    """

    answer: str
    coordinates: list[list[int]]
    cells: list[str]
    aggregator: str


class TextClassificationOutputValue(TypedDict):
    """A label with its probability."""

    label: str
    score: float


class TokenClassificationOutputValue(TypedDict):
    """An entity of a text.

    Attributes:
        entity_group: Its kind.
        score: How likely it is.
        word: The text of it.
        start: First character in the text.
        end: The character after the last one.
    """

    entity_group: str
    score: float
    word: str
    start: int
    end: int


class TranslationOutputValue(TypedDict):
    """A translation."""

    translation_text: str


class ZeroShotClassificationOutputValue(TypedDict):
    """A text with all candidate labels, best first."""

    sequence: str
    labels: list[str]
    scores: list[float]


class Conversation(TypedDict):
    """What was said so far, the newest last."""

    generated_responses: list[str]
    past_user_inputs: list[str]


class ConversationalOutput(TypedDict):
    """The next turn of a conversation.

    Attributes:
        generated_text: The answer.
        conversation: All that was said, the answer too.
        warnings: What the model had to say about the request.
    """

    generated_text: str
    conversation: Conversation
    warnings: NotRequired[list[str]]


class TextGenerationOutput(TypedDict):
    """What a model wrote."""

    generated_text: str


class TextGenerationStreamToken(TypedDict):
    """A token that was written.

    Attributes:
        id: Its id.
        text: Its text.
        logprob: Logarithm of its probability.
        special: Whether it is a special token, which the whole text leaves out.
    """

    id: int
    text: str
    logprob: NotRequired[float | None]
    special: bool


class TextGenerationStreamPrefillToken(TypedDict):
    """A token of the prompt."""

    id: int
    text: str
    logprob: NotRequired[float | None]


#: Why a model stopped.
TextGenerationStreamFinishReason = Literal["length", "eos_token", "stop_sequence"]


class TextGenerationStreamBestOfSequence(TypedDict):
    """One of several texts that were written at once."""

    generated_text: str
    finish_reason: TextGenerationStreamFinishReason
    generated_tokens: int
    seed: int | None
    prefill: list[TextGenerationStreamPrefillToken]
    tokens: list[TextGenerationStreamToken]


class TextGenerationStreamDetails(TypedDict):
    """What is known when a text is complete.

    Attributes:
        finish_reason: Why it ends here.
        generated_tokens: How many were written.
        seed: Of the draws, None for a greedy choice.
        prefill: The tokens of the prompt, where the server tells them.
        tokens: All that were written.
        best_of_sequences: The other texts, where several were asked for.
    """

    finish_reason: TextGenerationStreamFinishReason
    generated_tokens: int
    seed: int | None
    prefill: NotRequired[list[TextGenerationStreamPrefillToken]]
    tokens: NotRequired[list[TextGenerationStreamToken]]
    best_of_sequences: NotRequired[list[TextGenerationStreamBestOfSequence]]


class TextGenerationStreamOutput(TypedDict):
    """An event of a stream: one token.

    Attributes:
        index: Its place in the stream.
        token: The token.
        generated_text: The whole text; None but in the last event.
        details: None but in the last event.
    """

    index: NotRequired[int]
    token: TextGenerationStreamToken
    generated_text: str | None
    details: TextGenerationStreamDetails | None


#: A vector, one for each text, one for each token, or for each token of each text.
FeatureExtractionOutput = list[Any]
