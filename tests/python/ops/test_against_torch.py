"""Functions that are torch's, and two of Whisper's, against the originals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from onnxformers import ops

pytestmark = pytest.mark.oracle
TORCH = "the reference: pip install torch"
TRANSFORMERS = "the reference: pip install torch transformers==4.46.3"

X = np.random.default_rng(7).standard_normal((2, 3, 5, 7)).astype(np.float32)


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch", reason=TORCH)


@pytest.mark.parametrize("size", [(10, 14), (2, 3), (1, 1), (5, 7), (9, 4), (1, 20)])
@pytest.mark.parametrize(
    ("mode", "align_corners"),
    [
        ("bilinear", False),
        ("bilinear", True),
        ("bicubic", False),
        ("bicubic", True),
        ("nearest", None),
    ],
)
def test_interpolate(
    torch: Any, size: tuple[int, int], mode: str, align_corners: bool | None
) -> None:
    expected = torch.nn.functional.interpolate(
        torch.tensor(X), size=size, mode=mode, align_corners=align_corners
    )
    found = ops.interpolate(X, size, mode, align_corners=bool(align_corners))
    np.testing.assert_allclose(found, expected.numpy(), atol=5e-6)


def test_functions_over_the_last_axes(torch: Any) -> None:
    x, functional = torch.tensor(X), torch.nn.functional
    np.testing.assert_allclose(
        ops.layer_norm(X, (5, 7)), functional.layer_norm(x, (5, 7)).numpy(), atol=2e-6
    )
    np.testing.assert_allclose(
        ops.log_softmax(X * 30), functional.log_softmax(x * 30, -1).numpy(), atol=1e-5
    )
    values, indices = torch.topk(x, 3)
    np.testing.assert_array_equal(ops.topk(X, 3)[0], values.numpy())
    np.testing.assert_array_equal(ops.topk(X, 3)[1], indices.numpy())


@pytest.fixture
def whisper(torch: Any) -> Any:
    return pytest.importorskip(
        "transformers.models.whisper.generation_whisper", reason=TRANSFORMERS
    )


@pytest.mark.parametrize("window", [1, 3, 5, 7, 15])
def test_median_filter(torch: Any, whisper: Any, window: int) -> None:
    expected = whisper._median_filter(torch.tensor(X), window)
    np.testing.assert_array_equal(ops.median_filter(X, window), expected.numpy())


@pytest.mark.parametrize("shape", [(1, 1), (4, 9), (9, 4), (12, 30), (3, 1), (40, 150)])
@pytest.mark.parametrize("digits", [0, 1, 7])
def test_dynamic_time_warping(whisper: Any, shape: tuple[int, int], digits: int) -> None:
    costs = np.random.default_rng(3).standard_normal(shape).round(digits)
    for found, expected in zip(
        ops.dynamic_time_warping(costs), whisper._dynamic_time_warping(costs), strict=True
    ):
        np.testing.assert_array_equal(found, expected)
