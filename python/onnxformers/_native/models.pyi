from __future__ import annotations
import numpy
import numpy.typing
import onnxformers._native.runtime
import onnxformers._native.tokenizers
import typing

__all__: list[str] = ["TextEmbedder", "best_answers", "pool"]

class TextEmbedder:
    """
    One text to one vector: tokenizer, session and pooling in one call.
    """
    def __init__(
        self,
        tokenizer: onnxformers._native.tokenizers.Tokenizer,
        session: onnxformers._native.runtime.Session,
        output: str,
    ) -> None:
        """
        InvalidArgumentError: the model takes more than tokens, or gives no vectors of them.
        """
    def embed(
        self,
        text: typing.Any,
        pooling: str,
        normalize: bool = False,
        max_length: typing.SupportsInt | typing.SupportsIndex = 0,
        cuts_left: bool = False,
        split_special_tokens: bool = False,
        timeout_s: typing.SupportsFloat | typing.SupportsIndex | None = None,
        cancel: onnxformers._native.runtime.CancelToken | None = None,
    ) -> tuple[numpy.typing.NDArray[numpy.float32], bool]:
        """
        Float32 of shape (1, width), and whether the text was cut; a max_length of 0 cuts nothing.
        """

def best_answers(
    start: numpy.typing.NDArray[numpy.float32],
    end: numpy.typing.NDArray[numpy.float32],
    context: numpy.typing.NDArray[numpy.bool],
    counted: numpy.typing.NDArray[numpy.bool],
    begins: numpy.typing.NDArray[numpy.int64],
    top_k: typing.SupportsInt | typing.SupportsIndex,
    max_tokens: typing.SupportsInt | typing.SupportsIndex,
) -> list[tuple[list[tuple[float, int, int]], float]]:
    """
    For each row its spans (score, first token, last token), best first, and the score of no answer; logits and flags of shape (rows, tokens), begins the first token of each row.
    """

def pool(
    hidden: numpy.typing.NDArray[numpy.float32],
    mask: numpy.typing.NDArray[numpy.int64],
    pooling: str,
    normalize: bool = False,
) -> numpy.typing.NDArray[numpy.float32]:
    """
    One vector a row, shape (rows, width), over the tokens of the mask.
    """
