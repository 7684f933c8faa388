from __future__ import annotations

from dataclasses import dataclass

import pytest

from onnxformers.errors import InvalidArgumentError
from onnxformers.options import override, refuse_unknown


@dataclass(frozen=True)
class Sample:
    top_k: int = 1
    normalize: bool = False


def test_override_changes_only_what_is_named() -> None:
    assert override(Sample(), {"top_k": 3}, "place") == Sample(top_k=3)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "topk",
            r"\[place\] unknown option 'topk'; did you mean 'top_k'\? known: normalize, top_k",
        ),
        ("zzz", r"\[place\] unknown option 'zzz'; known: normalize, top_k"),
    ],
)
def test_unknown_names_are_refused_with_the_nearest(name: str, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        override(Sample(), {name: 1}, "place")
    with pytest.raises(InvalidArgumentError, match=message):
        refuse_unknown([name], ["top_k", "normalize"], "place")
