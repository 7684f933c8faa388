"""Every public name is known to a type checker at the top level; checked by mypy, never run."""

from __future__ import annotations

from typing_extensions import assert_type

import onnxformers
from onnxformers import (
    AddedToken,
    BatchEncoding,
    BertTokenizer,
    LoadOptions,
    TextClassificationPipeline,
    ops,
)
from onnxformers.tokenizers import AddedToken as SameToken

assert_type(onnxformers.BertTokenizer.from_pretrained("name"), BertTokenizer)
assert_type(BertTokenizer.from_pretrained("name")("text"), BatchEncoding)
assert_type(AddedToken("text"), SameToken)
assert_type(LoadOptions().revision, str)
assert_type(ops.topk([1.0], 1)[1].ndim, int)
assert_type(TextClassificationPipeline.__name__, str)
