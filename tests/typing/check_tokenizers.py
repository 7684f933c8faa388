"""What a user's type checker sees of tokenizers; read by mypy, never run."""

from __future__ import annotations

import numpy as np
from typing_extensions import assert_type

from onnxformers.tokenizers import (
    AddedToken,
    AutoTokenizer,
    BatchEncoding,
    BertTokenizer,
    BertTokenizerFast,
    CharSpan,
    PreTrainedTokenizer,
)

tokenizer = AutoTokenizer.from_pretrained("model", pad_token="[PAD]", local_files_only=True)
assert_type(tokenizer, PreTrainedTokenizer)
assert_type(BertTokenizer.from_pretrained("model"), BertTokenizer)
assert_type(BertTokenizerFast.from_pretrained("model"), BertTokenizer)

encoded = tokenizer(["a", "b"], padding=True, truncation="only_first", max_length=4)
assert_type(encoded, BatchEncoding)
assert_type(encoded.tokens(1), list[str])
assert_type(encoded.word_ids(), list[int | None])
assert_type(encoded.char_to_token(0, 3), int | None)
assert_type(encoded.token_to_chars(3), CharSpan | None)

assert_type(tokenizer.encode("a"), list[int])
assert_type(tokenizer.tokenize("a"), list[str])
assert_type(tokenizer.decode([1, 2]), str)
assert_type(tokenizer.decode(np.array([1, 2])), str)
assert_type(tokenizer.batch_decode([[1], [2]]), list[str])
assert_type(tokenizer.convert_ids_to_tokens(3), str | None)
assert_type(tokenizer.convert_ids_to_tokens([3]), list[str | None])
assert_type(tokenizer.convert_tokens_to_ids("a"), int | None)
assert_type(tokenizer.convert_tokens_to_ids(["a"]), list[int | None])
assert_type(tokenizer.cls_token_id, int | None)
assert_type(tokenizer.model_max_length, int | None)

assert_type(tokenizer.add_tokens(["a", AddedToken("b", lstrip=True)]), int)
assert_type(tokenizer.add_special_tokens({"pad_token": "[PAD]"}), int)
assert_type(tokenizer.added_tokens_decoder, dict[int, AddedToken])
assert_type(tokenizer.pad([encoded, encoded]), BatchEncoding)
assert_type(tokenizer.build_inputs_with_special_tokens([1]), list[int])
assert_type(tokenizer(["a", "b"], is_split_into_words=True), BatchEncoding)
assert_type(tokenizer.pad_token, str | None)
tokenizer.pad_token = tokenizer.eos_token
tokenizer.padding_side = "left"
tokenizer.model_max_length = None

tokenizer.padding_side = 3  # type: ignore[assignment]
tokenizer("a", padding="left")  # type: ignore[arg-type]
tokenizer("a", unknown=True)  # type: ignore[call-arg]
tokenizer(3)  # type: ignore[arg-type]
AutoTokenizer.from_pretrained("model", max_length=3)  # type: ignore[call-arg]
