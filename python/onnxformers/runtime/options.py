"""How a model is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from onnxformers._native import base
from onnxformers.errors import InvalidArgumentError, InvalidTypeError
from onnxformers.settings import env


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOptions:
    """Options of ONNX Runtime for one model.

    Attributes:
        intra_op_threads: threads inside an operator, the caller's included. 0: `default_threads()`.
        inter_op_threads: operators that run at the same time; only with `parallel_execution`.
        parallel_execution: run independent branches of the graph side by side.
        shared_thread_pool: use one pool of threads for all models of the process that ask for it.
            It must be asked for by the first model that is opened; later it cannot be had any
            more and the model gets its own pool (`Session.has_shared_thread_pool` tells).
        spinning: whether idle workers wait actively. True: for long, which is quickest and keeps
            cores busy between runs too. False: they sleep at once. None: for 50 microseconds, which
            bridges the gap between two operators (releases before 1.27 cannot: as False).
        graph_optimization: "off", "basic", "extended", "layout" or "all".
        map_weights: use large weights from the model file where it lies in memory already, without
            a copy: opening takes a third of the time, and processes share them. The file must not
            be written over while the model is open (replace it by renaming). False: copy. For the
            CPU, on Linux and macOS, from ONNX Runtime 1.21; without effect elsewhere.
        memory_arena: keep freed memory for the next run. False: give it back after each run
            (slower, smaller).
        memory_pattern: plan memory by input shapes. None: only when all input shapes are fixed,
            as plans are never forgotten.
        config_entries: keys of ONNX Runtime ("session.set_denormal_as_zero": "1"); they win over
            the fields above.
        free_dimensions: sizes for symbolic dimensions, by name.
        external_data: weights that lie in memory, under the file name that the model has for them.
        optimized_model_path: file to which the optimised graph is written.
        optimized_model_cache: keep the optimised graph under `env.cache_dir` and open that from
            the second time on, for as much disk as the model takes. What is kept is checked
            against its hash at each opening, which costs large models more than it saves. CPU
            only; without effect for other devices.
        log_severity: what ONNX Runtime prints to stderr: 0 all, 1 info, 2 warnings, 3 errors, 4
            fatal errors.

    Example:
        >>> SessionOptions(intra_op_threads=1).graph_optimization
        'all'
    """

    intra_op_threads: int = 0
    inter_op_threads: int = 1
    parallel_execution: bool = False
    shared_thread_pool: bool = False
    spinning: bool | None = None
    graph_optimization: str = "all"
    map_weights: bool = True
    memory_arena: bool = True
    memory_pattern: bool | None = None
    config_entries: Mapping[str, str] = field(default_factory=dict)
    free_dimensions: Mapping[str, int] = field(default_factory=dict)
    external_data: Mapping[str, bytes | bytearray | memoryview] = field(default_factory=dict)
    optimized_model_path: str | None = None
    optimized_model_cache: bool = False
    log_severity: int = 3

    @classmethod
    def of(cls, options: SessionOptions | Mapping[str, object] | None) -> SessionOptions:
        """Options from a `session_options` argument: an object of this class, a mapping, or None.

        What a mapping or None leaves out is taken from `env.backends.onnx.session_options`.

        Raises:
            InvalidArgumentError: the mapping has a name that is not a field.
            InvalidTypeError: it is something else.
        """
        if isinstance(options, cls):
            return options
        if not isinstance(options, Mapping | None):
            raise InvalidTypeError(
                "[SessionOptions] expected SessionOptions or a mapping, "
                f"got {type(options).__name__}"
            )
        known = [each.name for each in fields(cls)]
        chosen = {**env.backends.onnx.session_options, **(options or {})}
        for name in chosen:
            if name not in known:
                raise InvalidArgumentError(
                    f"[SessionOptions] unknown option {name!r}; known are {', '.join(known)}"
                )
        return cls(**chosen)  # type: ignore[arg-type]

    def native_arguments(self) -> dict[str, Any]:
        """The keyword arguments of the native session."""
        arguments = {each.name: getattr(self, each.name) for each in fields(self)}
        del arguments["optimized_model_cache"]  # of runtime/optimized.py
        for name in ("config_entries", "free_dimensions", "external_data"):
            arguments[name] = dict(arguments[name])
        return arguments


def default_threads() -> int:
    """Threads of a model by default: the least of affinity mask, cgroup quota and physical cores.

    Example:
        >>> default_threads() >= 1
        True
    """
    return int(base.cpu_info()["threads"])
