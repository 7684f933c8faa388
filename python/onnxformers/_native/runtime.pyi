from __future__ import annotations
import collections.abc
import typing

__all__: list[str] = [
    "CancelToken",
    "DeviceTensor",
    "GraphSignature",
    "IoBinding",
    "NodeInfo",
    "Session",
    "available_providers",
    "library",
    "load_library",
    "make_environment",
    "provider_problem",
    "read_signature",
]

class NodeInfo:
    """
    An input or output of a model.
    """
    def __repr__(self) -> str: ...
    @property
    def dtype(self) -> str:
        """
        "float32", "int64", "string", ...
        """
    @property
    def is_rank_known(self) -> bool: ...
    @property
    def name(self) -> str: ...
    @property
    def shape(self) -> tuple[int | str | None, ...]:
        """
        int, name, or None for each dimension.
        """

class GraphSignature:
    """
    What a model file declares.
    """
    @property
    def external_files(self) -> list[str]:
        """
        Files with weights, as the model names them.
        """
    @property
    def inputs(self) -> list[NodeInfo]: ...
    @property
    def outputs(self) -> list[NodeInfo]: ...

class CancelToken:
    """
    Cancels the runs that it was given to.
    """
    def __init__(self) -> None: ...
    def cancel(self) -> None:
        """
        Stop these runs, and refuse later ones.
        """
    @property
    def cancelled(self) -> bool: ...

class Session:
    """
    An open model; safe to run from any number of threads.
    """
    def __init__(
        self,
        model: str | bytes,
        *,
        providers: list[tuple[str, dict[str, str]]] = ...,
        intra_op_threads: int = 0,
        inter_op_threads: int = 1,
        parallel_execution: bool = False,
        shared_thread_pool: bool = False,
        spinning: bool | None = None,
        graph_optimization: str = "all",
        map_weights: bool = True,
        memory_arena: bool = True,
        memory_pattern: bool | None = None,
        config_entries: dict[str, str] = ...,
        free_dimensions: dict[str, int] = ...,
        external_data: dict[str, typing.Any] = ...,
        optimized_model_path: str | None = None,
        log_severity: int = 3,
    ) -> None:
        """
        Open a model file or a model in memory.
        """
    def close(self) -> None:
        """
        Close; calls that are running end first.
        """
    def io_binding(self) -> IoBinding:
        """
        A new binding of inputs and outputs.
        """
    def run(
        self,
        feeds: collections.abc.Mapping[str, typing.Any],
        outputs: collections.abc.Sequence[str] | None = None,
        *,
        timeout_s: float | None = None,
        cancel: CancelToken | None = None,
    ) -> list[typing.Any]:
        """
        Run the model; arrays in the order of `outputs` (all when None).
        """
    @property
    def closed(self) -> bool: ...
    @property
    def has_shared_thread_pool(self) -> bool: ...
    @property
    def inputs(self) -> list[NodeInfo]: ...
    @property
    def metadata(self) -> dict[str, str]: ...
    @property
    def outputs(self) -> list[NodeInfo]: ...
    @property
    def providers(self) -> list[str]: ...

class DeviceTensor:
    """
    A tensor in the memory of a device; bind it as an input of another run.
    """
    @property
    def device(self) -> str: ...
    @property
    def dtype(self) -> str: ...
    @property
    def shape(self) -> tuple[int, ...]: ...

class IoBinding:
    """
    Inputs and outputs that stay bound between runs; for one thread at a time.
    """
    def bind_input(self, name: str, tensor: typing.Any) -> None:
        """
        Read an array, or a DeviceTensor, in each run.
        """
    def bind_output(self, name: str, device: str = "cpu") -> None:
        """
        Leave an output on a device: "cpu", "cuda:0".
        """
    def clear(self) -> None:
        """
        Forget all that is bound.
        """
    def outputs(self) -> list[typing.Any]:
        """
        Outputs of the last run in the order of binding: arrays, or DeviceTensors.
        """
    def run(self, *, timeout_s: float | None = None, cancel: CancelToken | None = None) -> None:
        """
        Run the model on what is bound.
        """

def available_providers() -> list[str]:
    """
    What the loaded library was built with.
    """

def library() -> dict[str, typing.Any] | None:
    """
    Path, version, api_version and build_info of the loaded library.
    """

def load_library(path: str) -> None:
    """
    Load the core library of ONNX Runtime, once a process.
    """

def make_environment() -> None:
    """
    Make the environment that the first model would make.
    """

def provider_problem(name: str, options: collections.abc.Mapping[str, str]) -> str:
    """
    Why a provider cannot be used; empty when a model of one node opens on it.
    """

def read_signature(path: str) -> GraphSignature:
    """
    Read inputs and outputs of a model file, without its weights and without ONNX Runtime.
    """
