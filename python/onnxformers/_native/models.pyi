from __future__ import annotations
import numpy
import numpy.typing

__all__: list[str] = ["pool"]

def pool(
    hidden: numpy.typing.NDArray[numpy.float32],
    mask: numpy.typing.NDArray[numpy.int64],
    pooling: str,
    normalize: bool = False,
) -> numpy.typing.NDArray[numpy.float32]:
    """
    One vector a row, shape (rows, width), over the tokens of the mask.
    """
