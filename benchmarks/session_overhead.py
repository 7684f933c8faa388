"""What a call of a session costs beside the model: a graph of one addition over four numbers.

python benchmarks/session_overhead.py
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from measure import (
    available,
    in_process,
    interleave,
    print_header,
    ratio,
    skipped_lines,
    table,
)

CALLS = 2000
FLOAT32 = 1


def field(number: int, value: bytes | str | int) -> bytes:
    """One protobuf field: a number as varint, anything else with its length in front."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    data = value.encode() if isinstance(value, str) else value
    return bytes([number << 3 | 2, len(data)]) + data


def tiny_model() -> bytes:
    """ONNX of sum = left + right, float32 (4,). Written out, so that no package is needed."""
    shape = field(2, field(1, field(1, 4)))
    kind = field(2, field(1, field(1, FLOAT32) + shape))
    node = field(1, "left") + field(1, "right") + field(2, "sum") + field(4, "Add")
    values = [field(1, name) + kind for name in ("left", "right", "sum")]
    graph = field(1, node) + field(2, "tiny") + field(11, values[0]) + field(11, values[1])
    opset = field(1, "") + field(2, 17)
    return field(1, 8) + field(7, graph + field(12, values[2])) + field(8, opset)


def feeds() -> dict[str, np.ndarray]:
    """Two vectors."""
    return {"left": np.arange(4, dtype=np.float32), "right": np.ones(4, np.float32)}


def ours() -> Callable[[], object]:
    """Our native session."""
    from onnxformers import runtime
    from onnxformers._native.runtime import Session

    runtime.load_runtime()
    session, inputs = Session(tiny_model(), intra_op_threads=1), feeds()
    return lambda: session.run(inputs)


def onnxruntime() -> Callable[[], object]:
    """ONNX Runtime's Python session."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        tiny_model(), options, providers=["CPUExecutionProvider"]
    )
    inputs = feeds()
    return lambda: session.run(None, inputs)


def repeated(function: Callable[[], object]) -> Callable[[], None]:
    """Many calls as one, so that the clock's own time does not count."""

    def run() -> None:
        for _ in range(CALLS):
            function()

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    print_header(
        "A call of a session",
        "Median µs of CPU time of one call; one thread, names and dict alike.",
    )
    built, skipped = available(
        {"onnxruntime `InferenceSession.run`": onnxruntime, "onnxformers `Session.run`": ours}
    )
    cases = {name: in_process(repeated(function)) for name, function in built.items()}
    timings = interleave(cases, rounds=rounds)
    base = next(iter(timings.values())).cpu
    rows = [
        [name, f"{timing.cpu / CALLS * 1e6:.2f}", ratio(timing.cpu, base)]
        for name, timing in timings.items()
    ]
    print(table(["", "µs", "x"], rows))
    print(f"\n{skipped_lines(skipped)}\n")


if __name__ == "__main__":
    main()
