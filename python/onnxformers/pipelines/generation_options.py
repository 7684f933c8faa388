"""Options of the pipelines that write: their own, and all that `model.generate` takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.options import check_flag, check_text, refuse_unknown
from onnxformers.pipelines.base import CallOptions
from onnxformers.pipelines.text import TextOptions

if TYPE_CHECKING:
    from typing_extensions import Self

#: Arguments of `model.generate` that the pipeline itself gives.
_GIVEN = frozenset({"cancel", "return_dict_in_generate", "row_numbers", "timeout_s", "tokenizer"})


def generation_names() -> frozenset[str]:
    """Every option that goes on to `model.generate`."""
    from onnxformers.generation.config_fields import FIELDS
    from onnxformers.models.generation_jobs import Call

    arguments = {entry.name for entry in fields(Call)}
    return frozenset({*FIELDS, *arguments, "generation_config"} - _GIVEN)


class WithGeneration(CallOptions):
    """Options that are those of `model.generate` too, which the field `generation` keeps."""

    __slots__ = ()

    #: Fields that are no options by themselves.
    internal: ClassVar[frozenset[str]] = frozenset({"generation"})
    kept: ClassVar[bool] = False  # streamers among them

    if TYPE_CHECKING:
        generation: Mapping[str, Any]

    @classmethod
    def names(cls) -> set[str]:
        """The names of all options, those of `model.generate` among them."""
        return {entry.name for entry in fields(cls)} - cls.internal | generation_names()

    def changed(self, changes: Mapping[str, Any], task: str) -> Self:
        """A copy with some options changed; see `CallOptions`."""
        refuse_unknown(changes, self.names(), task, self.replaced)
        own = {entry.name for entry in fields(self)} - self.internal
        mine = {name: value for name, value in changes.items() if name in own}
        rest = {name: value for name, value in changes.items() if name not in own}
        return replace(self, **mine | {"generation": {**self.generation, **rest}})


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationOptions(WithGeneration, TextOptions):
    """Options of a call that writes; beside these all of `GenerationConfig`.

    Without `max_new_tokens` and `max_length`, in the call or in the model's files, at most 256
    tokens are written.

    Attributes:
        return_text: Give the text; this is the default.
        return_tensors: Give the ids in place of the text.
        clean_up_tokenization_spaces: Take out spaces before punctuation; None does as the
            tokenizer's files say.
        stop_sequence: Stop after this text; another name of `stop_strings`.
        batch_invariant: Put only texts of equal length together, so that a text gives the same
            numbers alone and beside any others, to the bit.
        generation: What goes on to `model.generate`; its entries are options of the call.
        first_row: Which text of a stream the first one is; no option of a call.
    """

    return_text: bool | None = None
    return_tensors: bool | None = None
    clean_up_tokenization_spaces: bool | None = False
    stop_sequence: str | None = None
    batch_invariant: bool = False
    generation: Mapping[str, Any] = field(default_factory=dict)
    first_row: int = 0

    replaced: ClassVar[Mapping[str, str]] = {
        "return_dict_in_generate": "a pipeline gives texts; for scores call model.generate",
        "decoder_input_ids": "call model.generate",
        "return_type": "use return_full_text, return_text or return_tensors",
        "generate_kwargs": "pass the options of generation by their names",
    }
    internal: ClassVar[frozenset[str]] = frozenset({"first_row", "generation", "max_length"})

    def __post_init__(self) -> None:
        TextOptions.__post_init__(self)
        check_flag(self.batch_invariant, "batch_invariant", "generation")
        if self.return_tensors and self.return_text:
            raise InvalidArgumentError(
                "[generation] return_text and return_tensors exclude each other; choose one"
            )
        check_text(self.stop_sequence, "stop_sequence", "generation")
        if self.stop_sequence is not None and "stop_strings" in self.generation:
            raise InvalidArgumentError(
                "[generation] stop_sequence is another name of stop_strings; give one of them"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class TextGenerationOptions(GenerationOptions):
    """Options of a text-generation call; beside these all of `GenerationConfig`.

    Without `max_new_tokens`, in the call or in the model's files, at most 256 tokens are written,
    whatever `max_length` says.

    Attributes:
        truncation: True cuts the beginning off prompts that are longer than the model takes,
            "error" refuses them; False leaves it to the model.
        clean_up_tokenization_spaces: As there, but True: as Python's pipeline has it.
        return_full_text: Give the prompt with what was written, which is the default; False gives
            only what was written.
        add_special_tokens: Put the tokenizer's special tokens round texts; None: as it does by
            itself. Chats have those of their template.
        prefix: Stands in front of each text, and is in no result. None: the model's own.
        handle_long_generation: "hole" cuts so much off the beginning of a prompt that what is
            written has room in the model.
        continue_final_message: Go on with the last message of a chat. None: if it is the
            assistant's.
        tools: What the model may call: functions with type hints and docstrings, or JSON schemas.
            Calls between the tags <tool_call> and </tool_call> are parsed; see `chats`.
        documents: Dicts with "title" and "text", for templates that take them.
        chat_template: A template in place of the tokenizer's, or the name of one of them.
        chat_template_kwargs: More variables of the template.
    """

    truncation: bool | Literal["error"] = False
    clean_up_tokenization_spaces: bool | None = True
    return_full_text: bool | None = None
    add_special_tokens: bool | None = None
    prefix: str | None = None
    handle_long_generation: str | None = None
    continue_final_message: bool | None = None
    tools: Any = None
    documents: Any = None
    chat_template: str | None = None
    chat_template_kwargs: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        GenerationOptions.__post_init__(self)
        self._check_types()
        for name in ("return_text", "return_tensors"):
            if self.return_full_text is not None and getattr(self, name) is not None:
                raise InvalidArgumentError(
                    f"[text-generation] return_full_text and {name} exclude each other; choose one"
                )
        if self.handle_long_generation not in (None, "hole"):
            raise InvalidArgumentError(
                '[text-generation] handle_long_generation must be None or "hole", got '
                f"{self.handle_long_generation!r}"
            )

    def _check_types(self) -> None:
        check_text(self.prefix, "prefix", "text-generation")
        for name in ("tools", "documents"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, (list, tuple)):
                raise InvalidTypeError(
                    f"[text-generation] {name} must be a list, got {type(value).__name__}"
                )
        if not isinstance(self.chat_template_kwargs, Mapping):
            raise InvalidTypeError(
                "[text-generation] chat_template_kwargs must be a dict, got "
                f"{type(self.chat_template_kwargs).__name__}"
            )
