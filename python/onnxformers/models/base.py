"""The base class of all models: sessions behind one callable."""

from __future__ import annotations

import logging
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from onnxformers.errors import ClosedError, InvalidArgumentError
from onnxformers.models import outputs as output_classes
from onnxformers.models.graph import Graph
from onnxformers.models.kinds import KINDS
from onnxformers.models.loading import ModelOptions, open_sessions
from onnxformers.models.outputs import ModelOutput

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    import numpy as np
    from numpy.typing import NDArray
    from typing_extensions import Self

    from onnxformers._native.runtime import CancelToken, Session
    from onnxformers.configs import PretrainedConfig
    from onnxformers.generation import GenerationConfig
    from onnxformers.models.generation_jobs import Call
    from onnxformers.models.generation_outputs import GenerateOutput
    from onnxformers.models.generation_queue import GenerationFuture, GenerationQueue

_log = logging.getLogger("onnxformers")


class PreTrainedModel:
    """A model behind one or more ONNX Runtime sessions.

    Immutable once loaded: one object serves many threads. `close()` frees the sessions; using the
    model afterwards raises `ClosedError`. Pickling stores where the model came from and loads it
    again.

    Attributes:
        config: The model's config.json.
        generation_config: The options of `generate()`: those of generation_config.json, else of
            config.json; None for a model that does not write.
        sessions: File stem ("model") -> session.
        session: The first of them.
        name_or_path: Where it was loaded from.
        main_input_name: The input without which nothing runs.
    """

    model_type: ClassVar[str] = ""
    kind: ClassVar[str] = "encoder-only"
    main_input_name: ClassVar[str] = "input_ids"
    output_name: ClassVar[str] = "ModelOutput"

    def __init__(
        self,
        name_or_path: str,
        *,
        config: PretrainedConfig,
        sessions: dict[str, Session],
        options: ModelOptions,
        generation_config: GenerationConfig | None = None,
    ) -> None:
        self.name_or_path = name_or_path
        self.config = config
        self.generation_config = generation_config
        self.sessions = sessions
        self.options = options
        self.session = next(iter(sessions.values()))
        kind = KINDS[self.kind]
        graphs = {stem: Graph(stem, session) for stem, session in sessions.items()}
        module = import_module(f"onnxformers.models.forward.{kind.forward}")
        self._forward = module.Forward(graphs, config, kind.optional_inputs)
        self._output_class: type[ModelOutput] = getattr(output_classes, self.output_name)
        self._queue: GenerationQueue | None = None

    @classmethod
    def from_pretrained(cls, name_or_path: str | os.PathLike[str], **options: Any) -> Self:
        """Load a model.

        Args:
            name_or_path: A Hub id or a folder with config.json and onnx/model.onnx.
            **options: The fields of `ModelOptions`: device, dtype, session_options, revision, ...

        Returns:
            The model, ready to run.

        Raises:
            MissingFileError: A file is not there; the message lists what was looked for and which
                variants are there.
            FileFormatError: config.json or the ONNX file is broken.
            ProviderError: The device asked for is not available.
            InvalidArgumentError: An option is unknown or has a bad value.

        Example:
            >>> from onnxformers.models import BertModel
            >>> model = BertModel.from_pretrained("examples/models/all-MiniLM-L6-v2", dtype="q8")
            >>> model(input_ids=[[101, 7592, 102]]).last_hidden_state.shape
            (1, 3, 384)
        """
        return cls.load(str(name_or_path), ModelOptions.from_keywords(cls.__name__, options))

    @classmethod
    def load(
        cls,
        name_or_path: str,
        options: ModelOptions,
        sessions: dict[str, Session] | None = None,
    ) -> Self:
        """As `from_pretrained`, with the options in one object and sessions that may be open."""
        config = options.read_config(name_or_path)
        if cls.model_type and config.model_type not in (None, cls.model_type):
            _log.warning(
                "%s is for models of type %r, %s is of type %r",
                cls.__name__,
                cls.model_type,
                name_or_path,
                config.model_type,
            )
        if sessions is None:
            sessions = open_sessions(name_or_path, cls.kind, config, options)
        generation = options.read_generation_config(name_or_path, cls.kind, config)
        return cls(
            name_or_path,
            config=config,
            sessions=sessions,
            options=options,
            generation_config=generation,
        )

    def __call__(
        self,
        *args: Any,
        timeout_s: float | None = None,
        cancel: CancelToken | None = None,
        **inputs: Any,
    ) -> ModelOutput:
        """Run one forward pass.

        Args:
            *args: At most one mapping of inputs, such as a `BatchEncoding`.
            timeout_s: Stop after this many seconds.
            cancel: Stop when this token is cancelled.
            **inputs: Arrays or nested lists by input name; input_ids of shape (rows, tokens).
                Inputs that a tokenizer gives and this model does not take (token_type_ids for
                DistilBERT) are left out. Decoders also take `past_key_values`; models with an
                encoder `decoder_input_ids` and, to save its run, `encoder_outputs`.

        Returns:
            Every output of the session by name: logits of shape (rows, labels), last_hidden_state
            of shape (rows, tokens, width), ... The cache of a decoder is `past_key_values`: a tuple
            of arrays for each layer.

        Raises:
            InvalidArgumentError: An input is missing, unknown or of a wrong shape.
            InvalidTypeError: An input has values of a wrong kind.
            RunTimeoutError: `timeout_s` was over.
            RunCancelledError: `cancel` was cancelled.
            ClosedError: The model was closed.
        """
        if args:
            inputs = self._merge_positional(args, inputs)
        return self._output_class(self._forward(inputs, timeout_s, cancel))

    def generate(  # noqa: PLR0913, PLR0917 - the face of transformers
        self,
        inputs: Any = None,
        generation_config: GenerationConfig | Mapping[str, Any] | None = None,
        logits_processor: Any = None,
        stopping_criteria: Any = None,
        prefix_allowed_tokens_fn: Callable[[int, NDArray[np.int64]], Any] | None = None,
        assistant_model: PreTrainedModel | None = None,
        streamer: Any = None,
        negative_prompt_ids: Any = None,
        negative_prompt_attention_mask: Any = None,
        *,
        tokenizer: Any = None,
        guided: Any = None,
        response_format: Any = None,
        seed: int | None = None,
        row_numbers: Sequence[int] = (),
        timeout_s: float | None = None,
        cancel: CancelToken | None = None,
        **options: Any,
    ) -> NDArray[np.int64] | GenerateOutput:
        """Write on, token by token, until a row's eos token or the length that was asked for.

        Several calls on one model may run at once, each on a thread of its own.

        Args:
            inputs: Prompts of shape (rows, tokens), for a model with an encoder what that reads;
                or a mapping of inputs, such as a `BatchEncoding`. May be given by name instead.
            generation_config: Options in place of `model.generation_config`; a mapping changes
                those that it has.
            logits_processor: Callables (input_ids, scores) -> scores, applied after the processors
                that the options ask for.
            stopping_criteria: Callables (input_ids, scores) -> bool, or one bool for each row.
            prefix_allowed_tokens_fn: (row, ids so far) -> the ids that may follow.
            assistant_model: A smaller model that drafts tokens.
            streamer: Receives tokens while they are written: a `TextStreamer`, or any object with
                `put(ids)` and `end()`.
            negative_prompt_ids: For guidance_scale: prompts to lead away from.
            negative_prompt_attention_mask: Their mask.
            tokenizer: The model's; needed for stop_strings and guided.
            guided: What the answers must be like: a JSON schema (a dict or its text), a pydantic
                model, a regular expression, a list of choices, {"schema": ...}, {"regex": ...},
                {"choices": ...}, or a grammar in Lark's notation, {"grammar": ...}. Needs
                `pip install 'onnxformers[guided]'`.
            response_format: The same, as OpenAI writes it: {"type": "json_object"} or
                {"type": "json_schema", "json_schema": {"schema": ...}}.
            seed: Of what do_sample draws: the same seed, the same text. None: another each time.
            row_numbers: With a seed: which rows of a larger call these are, that they draw what
                they would draw there. Empty: 0, 1, 2, ...
            timeout_s: Raise after this many seconds. `max_time` ends with what there is instead.
            cancel: Raise when this token is cancelled.
            **options: Fields of `GenerationConfig` (max_new_tokens, do_sample, num_beams, ...), and
                inputs by name: attention_mask, decoder_input_ids, encoder_outputs, ...

        Returns:
            Token ids of shape (rows * num_return_sequences, tokens), those of a decoder with its
            prompts; rows that end early are filled with pad_token_id. With
            return_dict_in_generate a `GenerateOutput`.

        Raises:
            InvalidArgumentError: An option is unknown, contradicts another or has a bad value; a
                prompt is empty, or longer than the model.
            InvalidTypeError: A value is of a wrong kind.
            UnsupportedModelError: The model does not write; or `guided` with a tokenizer whose
                tokens do not spell texts.
            GuidedGenerationError: An answer did not come to an end of the form asked for.
            MissingExtraError: `guided` without its extra.
            RunTimeoutError: `timeout_s` was over.
            RunCancelledError: `cancel` was cancelled.
            ClosedError: The model was closed.

        Example:
            >>> from onnxformers import AutoModelForCausalLM
            >>> model = AutoModelForCausalLM.from_pretrained("tests/conformance/models/gpt-neo")
            >>> model.generate([[332, 329, 220]], max_new_tokens=2).shape
            (1, 5)

        Source: spec/transformers.js/models.md, generate; transformers' GenerationMixin.
        """
        from onnxformers.models.generation_jobs import Call

        call = Call(
            logits_processor=logits_processor,
            stopping_criteria=stopping_criteria,
            prefix_allowed_tokens_fn=prefix_allowed_tokens_fn,
            assistant_model=assistant_model,
            streamer=streamer,
            negative_prompt_ids=negative_prompt_ids,
            negative_prompt_attention_mask=negative_prompt_attention_mask,
            tokenizer=tokenizer,
            guided=guided,
            response_format=response_format,
            seed=seed,
            row_numbers=row_numbers,
            timeout_s=timeout_s,
            cancel=cancel,
        )
        written: NDArray[np.int64] | GenerateOutput = self._write(
            inputs, generation_config, call, options
        )
        return written

    def _write(
        self,
        inputs: Any,
        generation_config: GenerationConfig | Mapping[str, Any] | None,
        call: Call,
        options: Mapping[str, Any],
    ) -> Any:
        """What `generate` does; architectures with code of their own do more around it."""
        from onnxformers.models.generate import generate

        return generate(self, inputs, generation_config, call, options)

    def submit(
        self,
        inputs: Any = None,
        generation_config: GenerationConfig | Mapping[str, Any] | None = None,
        **options: Any,
    ) -> GenerationFuture:
        """Ask for a generation that runs beside others, and go on at once.

        Requests of any threads and tasks run as one batch, which takes less time than one after
        the other; see `GenerationQueue`, which has limits of its own.

        Args:
            inputs: As of `generate`.
            generation_config: As there.
            **options: All that `generate` takes, a streamer among them. `timeout_s` and `max_time`
                count from now.

        Returns:
            The future output of `generate`: `result()`, `await`, `cancel()`.

        Raises:
            InvalidArgumentError, InvalidTypeError, UnsupportedModelError: As of `generate`.
            QueueFullError: Too many requests wait.
            ClosedError: The model was closed.

        Example:
            >>> from onnxformers import AutoModelForCausalLM
            >>> model = AutoModelForCausalLM.from_pretrained("tests/conformance/models/gpt-neo")
            >>> futures = [model.submit([[332, i]], max_new_tokens=2) for i in (5, 6)]
            >>> [future.result().shape for future in futures]
            [(1, 4), (1, 4)]
        """
        from onnxformers.models.generation_queue import queue_of

        return queue_of(self).submit(inputs, generation_config, **options)

    @staticmethod
    def _merge_positional(args: tuple[Any, ...], inputs: dict[str, Any]) -> dict[str, Any]:
        from collections.abc import Mapping

        if len(args) > 1 or not isinstance(args[0], Mapping):
            raise InvalidArgumentError(
                "[model] expected one mapping of inputs, or inputs by keyword: "
                "model(**tokenizer(text))"
            )
        return {**args[0], **inputs}

    @property
    def device(self) -> list[str]:
        """Execution providers of the session, in order of priority."""
        return list(self.session.providers)

    def close(self) -> None:
        """Free the sessions; runs and requests under way end normally. May be called again.

        Source: spec/transformers.js/models.md, dispose.
        """
        if self._queue is not None:
            self._queue.close()
        decoder: Any = getattr(self._forward, "decoder", None)
        if hasattr(decoder, "native"):  # of a decoder that writes; others have the name too
            decoder.native = None
        for session in self.sessions.values():
            session.close()

    @property
    def closed(self) -> bool:
        """Whether `close()` was called."""
        return self.session.closed

    def __enter__(self) -> Self:
        if self.closed:
            raise ClosedError(f"[{type(self).__name__}] this model was closed")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        # A token must not lie in a pickle: the process that loads it has its own.
        files = replace(self.options.files, token=None, progress_callback=None)
        return type(self).load, (self.name_or_path, replace(self.options, files=files))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name_or_path!r}, device={self.device})"
