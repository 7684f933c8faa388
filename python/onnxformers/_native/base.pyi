from __future__ import annotations
import numpy
import numpy.typing
import typing

__all__: list[str] = ["cpu_info", "plan_batches"]

def cpu_info() -> dict[str, typing.Any]:
    """
    What this process may use of the CPU, and the threads chosen.
    """

def plan_batches(
    lengths: numpy.typing.NDArray[numpy.int64],
    *,
    token_budget: typing.SupportsInt | typing.SupportsIndex = 0,
    max_rows: typing.SupportsInt | typing.SupportsIndex = 0,
) -> list[numpy.typing.NDArray[numpy.int64]]:
    """
    Rows of each batch: similar lengths together, longest first.
    """
