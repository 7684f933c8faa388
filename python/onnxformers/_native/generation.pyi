from __future__ import annotations
import collections.abc
import numpy
import numpy.typing
import onnxformers._native.runtime
import onnxformers._native.tokenizers
import typing

__all__: list[str] = [
    "DecoderGraph",
    "InterruptFlag",
    "LogitsProcessor",
    "Outcome",
    "Scheduler",
    "StepModel",
    "draw_tokens",
    "generate",
    "processor_infos",
]

class DecoderGraph:
    """
    The sessions of a decoder and how they are fed, for any number of generations. Keeps the sessions in memory.
    """
    def __init__(
        self,
        first: onnxformers._native.runtime.Session | None,
        later: onnxformers._native.runtime.Session | None,
        slots: collections.abc.Sequence[
            tuple[
                str,
                str,
                bool,
                collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex],
                typing.SupportsInt | typing.SupportsIndex,
                typing.SupportsInt | typing.SupportsIndex,
            ]
        ],
        embedder: onnxformers._native.runtime.Session | None = None,
        positions: typing.SupportsInt | typing.SupportsIndex = 0,
    ) -> None:
        """
        Sessions of the first and of the later steps (None: the first runs all), and the cache as (input, output, is_encoder, shape, rows_factor, sequence_axis) of each array; positions: tokens of a row that the model has positions for, 0 for no limit.
        """

class StepModel:
    """
    One generation over the sessions of a decoder: its cache and its inputs. For one thread at a time; of no use after an error.
    """
    def __init__(
        self,
        graph: DecoderGraph,
        fixed: dict[str, typing.Any],
        timeout_s: typing.SupportsFloat | typing.SupportsIndex | None = None,
        cancel: onnxformers._native.runtime.CancelToken | None = None,
        device: str | None = None,
        group: typing.SupportsInt | typing.SupportsIndex = 1,
    ) -> None:
        """
        What goes into every step beside tokens and cache, by input name. The cache stays on the session's device, or on the one given; `group` rows of tokens share one row of it.
        """
    def admit(
        self,
        ids: numpy.typing.NDArray[numpy.int64],
        mask: numpy.typing.NDArray[numpy.int64] | None = None,
    ) -> numpy.typing.NDArray[numpy.float32]:
        """
        Read prompts of shape (rows, tokens), padded at the left; scores of the next tokens, shape (rows, vocabulary).
        """
    def crop(self, length: typing.SupportsInt | typing.SupportsIndex) -> None:
        """
        Forget all but the first tokens of the only row.
        """
    def extend(
        self, tokens: numpy.typing.NDArray[numpy.int64]
    ) -> numpy.typing.NDArray[numpy.float32]:
        """
        Append tokens to the only row; scores after each of them.
        """
    def hidden(self) -> numpy.typing.NDArray[numpy.float32]:
        """
        Vectors of the last layer for the tokens read last, shape (rows, tokens, width).
        """
    def step(
        self,
        tokens: numpy.typing.NDArray[numpy.int64],
        parents: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex] = [],
    ) -> numpy.typing.NDArray[numpy.float32]:
        """
        Append a token to each row; row i goes on from row parents[i].
        """
    @property
    def rows(self) -> int: ...

class LogitsProcessor:
    """
    A logits processor of the core, by its class name.
    """
    def __call__(
        self,
        input_ids: typing.Annotated[numpy.typing.ArrayLike, numpy.int64],
        scores: typing.Annotated[numpy.typing.ArrayLike, numpy.float32],
    ) -> numpy.typing.NDArray[numpy.float32]:
        """
        The scores of a step, shape (rows, vocab_size), processed; the argument stays.
        """
    def __init__(self, name: str, parameters: dict[str, typing.Any]) -> None:
        """
        InvalidArgumentError: no such class, or a value it refuses.
        """

class InterruptFlag:
    """
    Ends generations between two steps.
    """
    def __init__(self) -> None: ...
    def clear(self) -> None:
        """
        Let those to come go on.
        """
    def set(self) -> None:
        """
        End those that run and those to come.
        """
    @property
    def is_set(self) -> bool: ...

class Outcome:
    """
    How a request ended.
    """
    def result(self) -> dict[str, typing.Any]:
        """
        As generate() gives it; raises what ended the request.
        """

class Scheduler:
    """
    Requests of any threads, run as one batch on the thread that calls run.
    """
    def __init__(
        self,
        graph: DecoderGraph,
        *,
        max_rows: typing.SupportsInt | typing.SupportsIndex,
        max_tokens: typing.SupportsInt | typing.SupportsIndex | None,
        max_waiting: typing.SupportsInt | typing.SupportsIndex,
    ) -> None: ...
    def close(self, cancels: bool) -> None:
        """
        Takes no further requests; cancels: stops those there are.
        """
    def load(self) -> tuple[int, int]:
        """
        Requests that run, and that wait.
        """
    def run(self) -> None:
        """
        Runs requests until close.
        """
    def submit(
        self,
        done: collections.abc.Callable[[Outcome], None],
        options: dict[str, typing.Any],
        ids: numpy.typing.NDArray[numpy.int64],
        mask: numpy.typing.NDArray[numpy.int64] | None = None,
        *,
        processors: collections.abc.Iterable[typing.Any] = (),
        stopping: collections.abc.Iterable[typing.Any] = (),
        interrupts: collections.abc.Sequence[InterruptFlag] = (),
        stop_strings: collections.abc.Sequence[str] = (),
        tokenizer: onnxformers._native.tokenizers.Tokenizer | None = None,
        streamer: typing.Any = None,
        prefix_allowed_tokens_fn: typing.Any = None,
        timeout_s: typing.SupportsFloat | typing.SupportsIndex | None = None,
        cancels: collections.abc.Sequence[onnxformers._native.runtime.CancelToken] = [],
    ) -> bool:
        """
        Calls done(outcome) at the request's end, on the thread of run. False: as many wait as may.
        """

def draw_tokens(
    input_ids: typing.Annotated[numpy.typing.ArrayLike, numpy.int64],
    scores: typing.Annotated[numpy.typing.ArrayLike, numpy.float32],
    options: dict[str, typing.Any],
    seed: typing.SupportsInt | typing.SupportsIndex = 0,
) -> numpy.typing.NDArray[numpy.int64]:
    """
    One token for each row, shape (rows,), as sampling with these options of GenerationConfig draws it.
    """

def generate(
    model: StepModel,
    options: dict[str, typing.Any],
    ids: numpy.typing.NDArray[numpy.int64],
    mask: numpy.typing.NDArray[numpy.int64] | None = None,
    *,
    encoder_ids: numpy.typing.NDArray[numpy.int64] | None = None,
    processors: collections.abc.Iterable[typing.Any] = (),
    stopping: collections.abc.Iterable[typing.Any] = (),
    interrupts: collections.abc.Sequence[InterruptFlag] = (),
    stop_strings: collections.abc.Sequence[str] = (),
    tokenizer: onnxformers._native.tokenizers.Tokenizer | None = None,
    streamer: typing.Any = None,
    prefix_allowed_tokens_fn: typing.Any = None,
    unconditional: StepModel | None = None,
    negative_ids: numpy.typing.NDArray[numpy.int64] | None = None,
    negative_mask: numpy.typing.NDArray[numpy.int64] | None = None,
    draft: StepModel | None = None,
    codebooks: tuple[
        typing.SupportsInt | typing.SupportsIndex,
        typing.SupportsInt | typing.SupportsIndex,
        typing.SupportsInt | typing.SupportsIndex,
        typing.SupportsFloat | typing.SupportsIndex,
    ]
    | None = None,
) -> dict[str, typing.Any]:
    """
    All tokens after prompts of shape (rows, tokens): sequences, and what was recorded on the way. The GIL is held only while Python objects that were given run.
    """

def processor_infos() -> list[tuple[str, list[tuple[str, str]]]]:
    """
    Class names in the order of application, each with pairs of a parameter's name and its default as Python writes it (empty: none).
    """
