"""ONNX models written byte by byte, so that the tests need no onnx package.

Only protobuf's wire format and the field numbers of onnx.proto that the tests use.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

TYPES = {
    name: number
    for number, name in enumerate(
        [
            "float32",
            "uint8",
            "int8",
            "uint16",
            "int16",
            "int32",
            "int64",
            "string",
            "bool",
            "float16",
            "float64",
            "uint32",
            "uint64",
            "complex64",
            "complex128",
            "bfloat16",
        ],
        start=1,
    )
}
Shape = Sequence["int | str | None"]


def varint(number: int) -> bytes:
    """A number in groups of seven bits."""
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def field(number: int, value: int | float | str | bytes) -> bytes:
    """One field: an int as varint, a float as four bytes, text and messages with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def tensor(name: str, array: np.ndarray[Any, Any]) -> bytes:
    """TensorProto with raw data."""
    dims = b"".join(field(1, size) for size in array.shape)
    return dims + field(2, TYPES[array.dtype.name]) + field(8, name) + field(9, array.tobytes())


def external_tensor(
    name: str, shape: Sequence[int], location: str, dtype: str = "float32"
) -> bytes:
    """TensorProto whose data lies in another file."""
    dims = b"".join(field(1, size) for size in shape)
    entry = field(13, field(1, "location") + field(2, location))
    return dims + field(2, TYPES[dtype]) + field(8, name) + entry + field(14, 1)


def value(name: str, dtype: str, shape: Shape | None) -> bytes:
    """ValueInfoProto of a tensor; None for a shape that is not given."""
    body = field(1, TYPES[dtype])
    if shape is not None:
        dims = [
            b"" if d is None else field(1, d) if isinstance(d, int) else field(2, d) for d in shape
        ]
        body += field(2, b"".join(field(1, dim) for dim in dims))
    return field(1, name) + field(2, field(1, body))


def sequence(name: str, dtype: str) -> bytes:
    """ValueInfoProto of a sequence of tensors."""
    return field(1, name) + field(2, field(4, field(1, field(1, field(1, TYPES[dtype])))))


def attribute(name: str, setting: int | float | bytes | list[int] | np.ndarray[Any, Any]) -> bytes:
    """AttributeProto: int, float, ints, tensor, or (as bytes) a graph."""
    if isinstance(setting, list):
        return field(1, name) + b"".join(field(8, each) for each in setting) + field(20, 7)
    if isinstance(setting, int):
        return field(1, name) + field(3, setting) + field(20, 2)
    if isinstance(setting, float):
        return field(1, name) + field(2, setting) + field(20, 1)
    if isinstance(setting, bytes):
        return field(1, name) + field(6, setting) + field(20, 5)
    return field(1, name) + field(5, tensor("", setting)) + field(20, 4)


def node(operator: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> bytes:
    """NodeProto."""
    body = b"".join(field(1, name) for name in inputs) + b"".join(
        field(2, name) for name in outputs
    )
    return (
        body
        + field(4, operator)
        + b"".join(field(5, attribute(k, v)) for k, v in attributes.items())
    )


def graph(
    nodes: Sequence[bytes],
    inputs: Sequence[bytes],
    outputs: Sequence[bytes],
    initializers: Sequence[bytes] = (),
) -> bytes:
    """GraphProto."""
    parts = ((1, nodes), (5, initializers), (11, inputs), (12, outputs))
    return field(2, "g") + b"".join(field(number, each) for number, all_ in parts for each in all_)


def model(body: bytes, *, metadata: dict[str, str] | None = None, opset: int = 17) -> bytes:
    """ModelProto around a graph."""
    entries = b"".join(field(14, field(1, k) + field(2, v)) for k, v in (metadata or {}).items())
    head = field(1, 8) + field(2, "onnx_builder")
    return head + field(7, body) + field(8, field(1, "") + field(2, opset)) + entries


def matmul(size: int = 8, seed: int = 0) -> bytes:
    """y = x W for x float32 (rows, size)."""
    weights = np.random.default_rng(seed).standard_normal((size, size)).astype(np.float32)
    return model(
        graph(
            [node("MatMul", ["x", "w"], ["y"])],
            [value("x", "float32", ["rows", size])],
            [value("y", "float32", ["rows", size])],
            [tensor("w", weights)],
        ),
        metadata={"made_by": "tests"},
    )


def identity(dtype: str, shape: Shape | None = ("n",)) -> bytes:
    """y = x."""
    return model(
        graph(
            [node("Identity", ["x"], ["y"])], [value("x", dtype, shape)], [value("y", dtype, shape)]
        )
    )


def counter() -> bytes:
    """Adds 1 to x as often as `times` (int64 scalar) says: runs as long as one likes."""
    body = graph(
        [
            node("Add", ["v", "one"], ["w"]),
            node("Identity", ["condition"], ["go_on"]),
        ],
        [value("i", "int64", []), value("condition", "bool", []), value("v", "float32", [1])],
        [value("go_on", "bool", []), value("w", "float32", [1])],
    )
    return model(
        graph(
            [
                node("Constant", [], ["one"], value=np.ones(1, np.float32)),
                node("Loop", ["times", "", "x"], ["y"], body=body),
            ],
            [value("times", "int64", []), value("x", "float32", [1])],
            [value("y", "float32", [1])],
        )
    )
