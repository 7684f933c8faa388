"""What the pipelines over plain text share: tokenising, batching by token budget, truncation."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, NamedTuple, TypeVar, overload

from onnxformers._native.base import plan_batches
from onnxformers.errors import InvalidArgumentError
from onnxformers.options import check_positive
from onnxformers.pipelines.base import CallOptions, Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from onnxformers._native.tokenizers import Encodings
    from onnxformers.models.outputs import ModelOutput
    from onnxformers.tokenizers import PreTrainedTokenizer

_log = logging.getLogger("onnxformers")

#: Tokens in one batch, padding included. On a CPU larger batches gain nothing and pad more: see
#: benchmarks/RESULTS.md. An accelerator starves on small ones.
CPU_TOKEN_BUDGET = 512
DEVICE_TOKEN_BUDGET = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOptions(CallOptions):
    """Options of every pipeline over text.

    Attributes:
        truncation: True cuts texts that are longer than the model takes, and one warning a call
            says so; "error" refuses them; False hands them to the model whole.
        max_length: Tokens per text, special tokens included. None: as many as the model takes.
    """

    truncation: bool | Literal["error"] = True
    max_length: int | None = None

    def __post_init__(self) -> None:
        # A dataclass with slots is a new class, which zero-argument super() does not know.
        CallOptions.__post_init__(self)
        if not isinstance(self.truncation, bool) and self.truncation != "error":
            raise InvalidArgumentError(
                f'[pipeline] truncation must be True, False or "error", got {self.truncation!r}'
            )
        check_positive(self.max_length, "max_length", "pipeline")


Options = TypeVar("Options", bound=TextOptions)
# What a pipeline gives for a str, for a list, and for each item of a generator.
One = TypeVar("One")
Many = TypeVar("Many")
Each = TypeVar("Each")


class Batch(NamedTuple):
    """What the model gave for some of the texts.

    Attributes:
        rows: Which rows of the encodings these are, shape (rows,).
        ids: int64, shape (rows, tokens), filled up with the padding token.
        mask: int64, shape (rows, tokens), 0 for padding.
        outputs: What the model returned.
    """

    rows: Sequence[int] | NDArray[np.int64]
    ids: NDArray[np.int64]
    mask: NDArray[np.int64]
    outputs: ModelOutput


class TokenizedPipeline(Pipeline[Options]):
    """Base of the pipelines whose model reads tokens."""

    options_class: ClassVar[type[Any]] = TextOptions
    input_name: ClassVar[str] = "a str"

    def __init__(self, *, tokenizer: PreTrainedTokenizer | None, **rest: Any) -> None:
        if tokenizer is None:
            raise InvalidArgumentError("[pipeline] a pipeline over text needs a tokenizer")
        super().__init__(tokenizer=tokenizer, **rest)
        self.tokenizer: PreTrainedTokenizer = tokenizer
        is_on_cpu = self.model.device[0] == "CPUExecutionProvider"
        self._token_budget = CPU_TOKEN_BUDGET if is_on_cpu else DEVICE_TOKEN_BUDGET
        limit = tokenizer.model_max_length or self.model.config.get("max_position_embeddings")
        self._model_limit = limit if isinstance(limit, int) and limit > 0 else None

    @property
    def model_limit(self) -> int | None:
        """The most tokens that the model takes; None where its files do not say."""
        return self._model_limit

    @property
    def token_budget(self) -> int:
        """Tokens that go through the model at once, padding included."""
        return self._token_budget

    @property
    def _cuts_left(self) -> bool:
        return self.tokenizer.truncation_side == "left"

    def is_single(self, inputs: Any) -> bool:
        """A str is one input."""
        return isinstance(inputs, str)

    def encode(
        self,
        texts: Sequence[str],
        options: Options,
        pairs: Sequence[str] | None = None,
        *,
        strategy: str = "longest_first",
        with_offsets: bool = False,
        rows_per_text: int = 1,
        tokenizer: PreTrainedTokenizer | None = None,
    ) -> Encodings:
        """Tokenise, and say in the log when something was cut.

        Args:
            texts: The texts.
            options: Those of the call.
            pairs: The second text of each.
            strategy: What gives way when a pair is too long: "longest_first", "only_first",
                "only_second".
            with_offsets: Keep where in its text each token stands.
            rows_per_text: How many of `texts`, one after the other, are one text of the caller,
                for messages.
            tokenizer: In place of the pipeline's.

        Raises:
            InvalidTypeError: An item is no str.
            InvalidArgumentError: With ``truncation="error"``, a text is too long.
        """
        limit = self.token_limit(options)
        cuts = limit is not None and options.truncation is True
        encodings = (tokenizer or self.tokenizer).encode_ragged(
            texts,
            pairs,
            truncation=strategy if cuts else False,
            max_length=limit,
            with_offsets=with_offsets,
        )
        if limit is not None:
            self._check_lengths(encodings, options, limit, rows_per_text)
        return encodings

    def encode_windows(
        self,
        texts: Sequence[str],
        options: Options,
        pairs: Sequence[str] | None = None,
        *,
        stride: int,
        strategy: str = "longest_first",
    ) -> Encodings:
        """Tokenise texts of any length into rows that each fit the model.

        Args:
            texts: The texts.
            options: Those of the call; with ``truncation=False`` each text is one row.
            pairs: The second text of each.
            stride: Tokens that a row repeats of the row before it.
            strategy: Which text is cut into windows; the other one is in each.

        Returns:
            Rows with offsets; `sample` tells the text of each.

        Raises:
            InvalidTypeError: An item is no str.
            InvalidArgumentError: `stride` leaves no room; with ``truncation="error"``, a text does
                not fit one row.
        """
        limit = self.token_limit(options)
        cuts = limit is not None and options.truncation is True
        if limit is not None and cuts:
            self._check_stride(stride, limit, is_pair=pairs is not None)
        encodings = self.tokenizer.encode_ragged(
            texts,
            pairs,
            truncation=strategy if cuts else False,
            max_length=limit,
            stride=stride if cuts else 0,
            return_overflowing_tokens=cuts,
            with_offsets=True,
        )
        if limit is not None and not cuts:
            self._check_lengths(encodings, options, limit)
        return encodings

    def _check_stride(self, stride: int, limit: int, is_pair: bool) -> None:
        """Refuse also for texts that need no windows what no window has room for."""
        room = limit - self.tokenizer.native.num_special_tokens(is_pair)
        if stride >= room:
            raise InvalidArgumentError(
                f"[{self.task}] stride must be less than the tokens of a window, got {stride}; "
                f"rows of {limit} tokens have room for {max(room, 0)} beside the special ones"
            )

    def _check_lengths(
        self, encodings: Encodings, options: Options, limit: int, rows_per_text: int = 1
    ) -> None:
        """Say what was cut, or refuse what is too long."""
        if options.truncation == "error":
            longest = int(encodings.lengths.argmax())
            length = int(encodings.lengths[longest])
            self._refuse_length(longest // rows_per_text, length, limit)
        elif encodings.truncated.any():
            cut = {row // rows_per_text for row in encodings.truncated.nonzero()[0].tolist()}
            self._warn_cut(len(cut), len(encodings) // rows_per_text, limit)

    def _refuse_length(self, index: int, length: int, limit: int) -> None:
        if length > limit:
            raise InvalidArgumentError(
                f"[{self.task}] text {index} has {length} tokens, more than {limit}; "
                "shorten it, or pass truncation=True"
            )

    def _warn_cut(self, count: int, total: int, limit: int | None) -> None:
        _log.warning("[%s] %d of %d texts were cut to %s tokens", self.task, count, total, limit)

    def token_limit(self, options: Options) -> int | None:
        """The most tokens of a text: what the call says, else what the model takes."""
        if options.truncation is False:
            return None
        return options.max_length or self._model_limit

    def forward(self, encodings: Encodings, options: Options) -> Iterator[Batch]:
        """Run the model over batches of similar length; rows come in any order, each once."""
        batches = plan_batches(
            encodings.lengths, token_budget=self._token_budget, max_rows=options.batch_size or 0
        )
        padding = self.tokenizer.pad_options._asdict()
        for rows in batches:
            ids, mask, type_ids = encodings.pad(rows, **padding)
            yield Batch(rows, ids, mask, self._run(ids, mask, type_ids, options))

    def forward_one(self, text: str, options: Options) -> tuple[Batch, bool]:
        """Run the model on one text, the short way; also whether the text was cut."""
        limit = self.token_limit(options)
        cut_to = limit if options.truncation is True else None
        ids, mask, type_ids, is_cut = self.tokenizer.native.encode_row(
            text, cut_to or 0, self._cuts_left, self.tokenizer.split_special_tokens
        )
        if is_cut:
            self._warn_cut(1, 1, limit)
        elif limit is not None:
            self._refuse_length(0, ids.shape[1], limit)
        return Batch((0,), ids, mask, self._run(ids, mask, type_ids, options)), is_cut

    def _run(self, ids: Any, mask: Any, type_ids: Any, options: Options) -> ModelOutput:
        return self.model(
            input_ids=ids,
            attention_mask=mask,
            token_type_ids=type_ids,
            timeout_s=options.timeout_s,
            cancel=options.cancel,
        )


class TextPipeline(TokenizedPipeline[Options], Generic[Options, One, Many, Each]):
    """Base of the pipelines that take a str or several, with the types of their calls."""

    if TYPE_CHECKING:

        @overload
        def __call__(self, inputs: str, **options: Any) -> One: ...
        @overload
        def __call__(self, inputs: list[str] | tuple[str, ...], **options: Any) -> Many: ...
        @overload
        def __call__(self, inputs: Iterator[str], **options: Any) -> Iterator[Each]: ...
        def __call__(self, inputs: Any, **options: Any) -> Any:
            """See `Pipeline`."""

        @overload
        async def acall(self, inputs: str, **options: Any) -> One: ...
        @overload
        async def acall(self, inputs: list[str] | tuple[str, ...], **options: Any) -> Many: ...
        async def acall(self, inputs: Any, **options: Any) -> Any:
            """See `Pipeline`."""
