"""What a model returns.

Source: spec/transformers.js/models.md, ModelOutput and the classes after it; transformers' own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.floating[Any]]
    #: One tuple of arrays for each layer.
    Cache = tuple[tuple[NDArray[Any], ...], ...]


class ModelOutput(dict[str, Any]):
    """A mapping from output name to numpy array; entries are attributes too, and have an index.

    Example:
        >>> output = ModelOutput(logits=[[0.5]])
        >>> output.logits == output["logits"] == output[0]
        True
    """

    __slots__ = ()

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, key: str | int) -> Any: ...
        @overload
        def __getitem__(self, key: slice) -> tuple[Any, ...]: ...

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return super().__getitem__(key)
        return self.to_tuple()[key]

    def to_tuple(self) -> tuple[Any, ...]:
        """The arrays, in the order of the names."""
        return tuple(self.values())

    def __getattr__(self, name: str) -> Any:
        """The output called `name`.

        Raises:
            AttributeError: The model has no such output; the message lists those it has.
        """
        try:
            return self[name]
        except KeyError:
            raise AttributeError(
                f"[{type(self).__name__}] no output {name!r}; there are {', '.join(self) or 'none'}"
            ) from None

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)


class BaseModelOutput(ModelOutput):
    """Of a model without a head: `last_hidden_state` of shape (rows, tokens, width)."""

    __slots__ = ()

    if TYPE_CHECKING:
        last_hidden_state: Array


class SequenceClassifierOutput(ModelOutput):
    """Of a classifier: `logits` of shape (rows, labels), before softmax or sigmoid."""

    __slots__ = ()

    if TYPE_CHECKING:
        logits: Array


class TokenClassifierOutput(ModelOutput):
    """Of a classifier of tokens or frames: `logits` of shape (rows, tokens, labels)."""

    __slots__ = ()

    if TYPE_CHECKING:
        logits: Array


class MaskedLMOutput(ModelOutput):
    """Of a masked language model: `logits` of shape (rows, tokens, vocabulary)."""

    __slots__ = ()

    if TYPE_CHECKING:
        logits: Array


class QuestionAnsweringModelOutput(ModelOutput):
    """Of a reader: `start_logits` and `end_logits`, each of shape (rows, tokens)."""

    __slots__ = ()

    if TYPE_CHECKING:
        start_logits: Array
        end_logits: Array


class CausalLMOutput(ModelOutput):
    """Of CTC heads too: `logits` of shape (rows, tokens, vocabulary)."""

    __slots__ = ()

    if TYPE_CHECKING:
        logits: Array


class CausalLMOutputWithPast(CausalLMOutput):
    """Of a decoder: `logits` of shape (rows, tokens, vocabulary) and `past_key_values`.

    `past_key_values` has a tuple of (key, value) for each layer, and goes back in with the next
    tokens.
    """

    __slots__ = ()

    if TYPE_CHECKING:
        past_key_values: Cache


class BaseModelOutputWithPast(BaseModelOutput):
    """Of a decoder without a head: `last_hidden_state`, and `past_key_values` for the next call."""

    __slots__ = ()

    if TYPE_CHECKING:
        past_key_values: Cache


class _Seq2SeqOutput(ModelOutput):
    """Of an encoder and decoder: what goes back in with the next tokens.

    `past_key_values` has a tuple of (key, value, encoder's key, encoder's value) for each layer,
    `encoder_last_hidden_state` is of shape (rows, encoder tokens, width). `cross_attentions` is
    there when the decoder gives them out: one array a layer.
    """

    __slots__ = ()

    if TYPE_CHECKING:
        past_key_values: Cache
        encoder_last_hidden_state: Array
        cross_attentions: tuple[Array, ...]
        decoder_attentions: tuple[Array, ...]

    @property
    def encoder_outputs(self) -> BaseModelOutput:
        """`encoder_last_hidden_state` as the next call takes it."""
        return BaseModelOutput(last_hidden_state=self["encoder_last_hidden_state"])


class Seq2SeqModelOutput(_Seq2SeqOutput):
    """Of an encoder and decoder without a head: the decoder's `last_hidden_state`, and state."""

    __slots__ = ()

    if TYPE_CHECKING:
        last_hidden_state: Array


class Seq2SeqLMOutput(_Seq2SeqOutput):
    """Of an encoder and decoder: `logits` of shape (rows, decoder tokens, vocabulary), and state.

    The state is `past_key_values` and `encoder_last_hidden_state`; as `encoder_outputs` it goes
    back in.
    """

    __slots__ = ()

    if TYPE_CHECKING:
        logits: Array


class XVectorOutput(ModelOutput):
    """Of a speaker model: `logits` and `embeddings`, each of shape (rows, width)."""

    __slots__ = ()

    if TYPE_CHECKING:
        logits: Array
        embeddings: Array


class ImageMattingOutput(ModelOutput):
    """Of a matting model: `alphas` of shape (rows, 1, height, width)."""

    __slots__ = ()

    if TYPE_CHECKING:
        alphas: Array


class VitsModelOutput(ModelOutput):
    """Of VITS: `waveform` of shape (rows, samples) and `spectrogram`."""

    __slots__ = ()

    if TYPE_CHECKING:
        waveform: Array
        spectrogram: Array


class DetrObjectDetectionOutput(ModelOutput):
    """Of a detector: `logits` (rows, queries, labels + 1), `pred_boxes` (rows, queries, 4).

    Boxes are (centre x, centre y, width, height), each a fraction of the image.
    """

    __slots__ = ()

    if TYPE_CHECKING:
        logits: Array
        pred_boxes: Array


class DetrSegmentationOutput(DetrObjectDetectionOutput):
    """As of a detector, with `pred_masks` of shape (rows, queries, height, width)."""

    __slots__ = ()

    if TYPE_CHECKING:
        pred_masks: Array


class RTDetrObjectDetectionOutput(DetrObjectDetectionOutput):
    """Of RT-DETR, whose `logits` (rows, queries, labels) are for sigmoid."""

    __slots__ = ()


class TableTransformerObjectDetectionOutput(DetrObjectDetectionOutput):
    """Of Table Transformer."""

    __slots__ = ()


class YolosObjectDetectionOutput(DetrObjectDetectionOutput):
    """Of YOLOS."""

    __slots__ = ()


class SamImageSegmentationOutput(ModelOutput):
    """Of SAM: `iou_scores` (rows, prompts, masks) and `pred_masks` with height and width after."""

    __slots__ = ()

    if TYPE_CHECKING:
        iou_scores: Array
        pred_masks: Array
