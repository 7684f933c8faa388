"""Options of a request to a remote model.

Source: spec/inference/modules.md and readme_v1.md, Options.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

from onnxformers.errors import InvalidArgumentError
from onnxformers.options import check_flag, override

if TYPE_CHECKING:
    from typing_extensions import Self


class Options(TypedDict, total=False):
    """Keyword options of every method, for type checkers; see `InferenceOptions`."""

    use_cache: bool
    use_gpu: bool
    wait_for_model: bool
    retry_on_error: bool
    dont_load_model: bool
    timeout_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceOptions:
    """Options of a request.

    Attributes:
        use_cache: Whether the server may give an answer that it gave before.
        use_gpu: Ask for a GPU.
        wait_for_model: Wait for a model that is not loaded yet, rather than getting status 503.
        retry_on_error: Ask again, then waiting for the model, after status 503.
        dont_load_model: Do not load the model if it is not loaded yet.
        timeout_s: Seconds for the whole answer; of a stream, until the next event. None: no limit.
    """

    use_cache: bool = True
    use_gpu: bool = False
    wait_for_model: bool = False
    retry_on_error: bool = True
    dont_load_model: bool = False
    timeout_s: float | None = 120.0

    #: What other clients call options, and what to do instead.
    replaced: ClassVar[Mapping[str, str]] = {
        "timeout": "give timeout_s",
        "signal": "close the stream, or cancel the task that awaits AsyncHfInference",
        "fetch": "give http_client when making the client",
        "includeCredentials": "cookies are never sent",
        "include_credentials": "cookies are never sent",
    }

    def __post_init__(self) -> None:
        for field in fields(self):
            if field.name != "timeout_s":
                check_flag(getattr(self, field.name), field.name, "inference")
        seconds = self.timeout_s
        is_number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
        if seconds is not None and not (is_number and seconds > 0):
            raise InvalidArgumentError(
                f"[inference] timeout_s must be a number above 0 or None, got {seconds!r}"
            )

    @classmethod
    def names(cls) -> set[str]:
        """The names of all options."""
        return {field.name for field in fields(cls)}

    def changed(self, changes: Mapping[str, Any], place: str) -> Self:
        """A copy with some options changed.

        Raises:
            InvalidArgumentError: There is no such option, or it has a bad value.
        """
        return override(self, changes, place) if changes else self

    @property
    def asks_again(self) -> bool:
        """Whether to ask a second time for a model that is not loaded."""
        return self.retry_on_error and not self.wait_for_model

    def waiting(self) -> Self:
        """The options of the second time."""
        return replace(self, wait_for_model=True)

    def headers(self) -> dict[str, str]:
        """What tells the server."""
        said = {
            "X-Use-Cache": "" if self.use_cache else "false",
            "X-Wait-For-Model": "true" if self.wait_for_model else "",
            "X-Load-Model": "0" if self.dont_load_model else "",
            "X-Compute-Type": "gpu" if self.use_gpu else "",
        }
        return {name: value for name, value in said.items() if value}
