"""Random texts and options of calls, against an installed transformers (4.46.3 is the version)."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from refusals import REFUSED, answer_or_refusal

from onnxformers.tokenizers import AutoTokenizer

transformers = pytest.importorskip(
    "transformers", reason="the reference: pip install transformers==4.46.3"
)

pytestmark = [pytest.mark.oracle, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

MODELS = Path(__file__).parents[2] / "conformance" / "models"
# One of each model and post-processor.
NAMES = ("albert-mlm", "bert-cased-ner", "clip", "gemma", "llama2", "roberta-mlm", "t5", "nllb")
EXAMPLES = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

WORDS = st.sampled_from(
    [
        "Hello",
        "world",
        "naïve",
        "don't",
        "中文",
        "🙂",
        "👨‍👩‍👧",
        "mixed\nline",
        "a",
        "<mask>",
        "[MASK]",
        "</s>",
    ]
)
LISTS = st.lists(WORDS, max_size=9)
TEXTS = LISTS.map(" ".join)
SHAPES = st.one_of(
    st.tuples(TEXTS),
    st.tuples(TEXTS, TEXTS.filter(bool)),
    st.tuples(st.lists(TEXTS, min_size=1, max_size=3)),
    st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=3).map(
        lambda rows: tuple(map(list, zip(*rows, strict=True)))
    ),
    st.tuples(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=2)),
)
SPLIT = st.one_of(
    st.tuples(LISTS.filter(bool)),
    st.tuples(LISTS.filter(bool), LISTS.filter(bool)),
    st.tuples(st.lists(LISTS.filter(bool), min_size=1, max_size=3)),
)
FLAGS = ("offsets_mapping", "special_tokens_mask", "length", "token_type_ids", "attention_mask")
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "padding": st.sampled_from([True, False, "longest", "max_length", "do_not_pad"]),
        "truncation": st.sampled_from(
            [True, False, "longest_first", "only_first", "only_second", "do_not_truncate"]
        ),
        "max_length": st.sampled_from([5, 6, 7, 9, 12, 20, 40]),
        "stride": st.sampled_from([0, 0, 1, 2]),
        "pad_to_multiple_of": st.sampled_from([1, 4, 8]),
        "padding_side": st.sampled_from(["left", "right"]),
        "return_overflowing_tokens": st.booleans(),
        "add_special_tokens": st.booleans(),
        "split_special_tokens": st.booleans(),
        **{f"return_{name}": st.booleans() for name in FLAGS},
    },
)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@functools.cache
def both(name: str) -> tuple[Any, Any]:
    theirs = transformers.AutoTokenizer.from_pretrained(MODELS / name)
    if theirs.pad_token is None:
        theirs.pad_token = theirs.eos_token
    return AutoTokenizer.from_pretrained(MODELS / name, local_files_only=True), theirs


def plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    return [plain(part) for part in value] if isinstance(value, list | tuple) else value


def answer(ask: Callable[[], Any]) -> Any:
    """As plain lists, with the order of names; "error" when it was refused."""
    value = answer_or_refusal(ask)
    if value is REFUSED:
        return value
    return (
        [(name, plain(column)) for name, column in value.items()]
        if hasattr(value, "items")
        else plain(value)
    )


@pytest.mark.parametrize("name", NAMES)
def test_calls(name: str) -> None:
    ours, theirs = both(name)
    room = theirs.num_special_tokens_to_add(pair=True)

    @given(
        shape=st.one_of(SHAPES, SPLIT.map(lambda texts: (texts,))),
        options=OPTIONS,
        side=st.sampled_from(["right", "left"]),
    )
    @EXAMPLES
    def check(shape: Any, options: dict[str, Any], side: str) -> None:
        texts = shape
        if isinstance(shape[0], tuple):
            (texts,), options = shape, {**options, "is_split_into_words": True}
        # Shorter than its special tokens: cut to them there, refused here.
        if options.get("max_length", 99) <= room + options.get("stride", 0):
            return
        ours.truncation_side = theirs.truncation_side = side
        expected = answer(lambda: theirs(*texts, **options))
        assert answer(lambda: ours(*texts, return_tensors=None, **options)) == expected

    check()


@pytest.mark.parametrize("name", NAMES)
def test_decoding(name: str) -> None:
    ours, theirs = both(name)
    ids = st.lists(st.integers(0, len(theirs) - 1) | st.sampled_from(theirs.all_special_ids))
    forms = st.sampled_from([list, tuple, np.array, lambda row: np.array(row, dtype=np.int32)])

    @given(
        rows=st.lists(ids, max_size=3),
        form=forms,
        skip=st.booleans(),
        clean=st.sampled_from([None, True, False]),
    )
    @EXAMPLES
    def check(
        rows: list[list[int]], form: Callable[[list[int]], Any], skip: bool, clean: bool | None
    ) -> None:
        options = {"skip_special_tokens": skip, "clean_up_tokenization_spaces": clean}
        given = [form(row) for row in rows]
        assert ours.batch_decode(given, **options) == theirs.batch_decode(rows, **options)
        for row, other in zip(given, rows, strict=True):
            assert ours.decode(row, **options) == theirs.decode(other, **options)
            tokens = theirs.convert_ids_to_tokens(other, skip_special_tokens=skip)
            assert ours.convert_ids_to_tokens(row, skip_special_tokens=skip) == tokens
            assert ours.convert_tokens_to_string(tokens) == theirs.convert_tokens_to_string(tokens)

    check()
