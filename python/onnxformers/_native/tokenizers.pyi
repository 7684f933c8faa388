from __future__ import annotations
import collections.abc
import numpy
import numpy.typing
import typing

__all__: list[str] = [
    "DecodeStream",
    "Encodings",
    "PreTokenizer",
    "SentencePieceFile",
    "Tokenizer",
    "find_all",
    "merges_txt_json",
    "tiktoken_model_json",
    "vocab_txt_json",
]

class Encodings:
    """
    Encoded texts, as long as each is.
    """
    def __len__(self) -> int: ...
    def ids(self, row: typing.SupportsInt | typing.SupportsIndex) -> list[int]:
        """
        Ids of a row.
        """
    def offsets(self, row: typing.SupportsInt | typing.SupportsIndex) -> list[tuple[int, int]]:
        """
        Begin and end of each token in characters of its text.
        """
    def pad(
        self,
        rows: typing.Annotated[numpy.typing.ArrayLike, numpy.int64] | None = None,
        *,
        length: typing.SupportsInt | typing.SupportsIndex | None = None,
        multiple_of: typing.SupportsInt | typing.SupportsIndex | None = None,
        side: str = "right",
        pad_id: typing.SupportsInt | typing.SupportsIndex = 0,
        pad_type_id: typing.SupportsInt | typing.SupportsIndex = 0,
    ) -> tuple[
        numpy.typing.NDArray[numpy.int64],
        numpy.typing.NDArray[numpy.int64],
        numpy.typing.NDArray[numpy.int64],
    ]:
        """
        input_ids, attention_mask, token_type_ids: int64, shape (rows, length).
        """
    def pad_offsets(
        self,
        rows: typing.Annotated[numpy.typing.ArrayLike, numpy.int64] | None = None,
        *,
        length: typing.SupportsInt | typing.SupportsIndex | None = None,
        multiple_of: typing.SupportsInt | typing.SupportsIndex | None = None,
        side: str = "right",
    ) -> numpy.typing.NDArray[numpy.int64]:
        """
        Begin and end of each token in characters of its text; 0 for special tokens and padding: int64, shape (rows, length, 2).
        """
    def pad_sequences(
        self,
        rows: typing.Annotated[numpy.typing.ArrayLike, numpy.int64] | None = None,
        *,
        length: typing.SupportsInt | typing.SupportsIndex | None = None,
        multiple_of: typing.SupportsInt | typing.SupportsIndex | None = None,
        side: str = "right",
    ) -> numpy.typing.NDArray[numpy.int64]:
        """
        0 or 1: the text of a pair; -1 for special tokens and padding: int64, shape (rows, length).
        """
    def sequence_ids(self, row: typing.SupportsInt | typing.SupportsIndex) -> list[int | None]:
        """
        0 or 1: the text of a pair; None for special tokens.
        """
    def special_tokens_mask(self, row: typing.SupportsInt | typing.SupportsIndex) -> list[int]:
        """
        1 for tokens the post-processor added.
        """
    def tokens(self, row: typing.SupportsInt | typing.SupportsIndex) -> list[str]:
        """
        Tokens of a row.
        """
    def type_ids(self, row: typing.SupportsInt | typing.SupportsIndex) -> list[int]:
        """
        Type ids of a row.
        """
    def word_ids(self, row: typing.SupportsInt | typing.SupportsIndex) -> list[int | None]:
        """
        Index of the word of each token; None for special ones.
        """
    @property
    def lengths(self) -> numpy.typing.NDArray[numpy.int64]:
        """
        int64, shape (rows,).
        """
    @property
    def sample(self) -> numpy.typing.NDArray[numpy.int64]:
        """
        int64, shape (rows,): the text a row came from.
        """
    @property
    def truncated(self) -> numpy.typing.NDArray[numpy.bool]:
        """
        bool, shape (rows,): something of the text was cut.
        """

class PreTokenizer:
    """
    One stage of tokenizer.json, by itself.
    """
    def __init__(self, data: bytes) -> None:
        """
        Reads the JSON of the section.
        """
    def split(self, text: typing.Any) -> list[tuple[str, tuple[int, int]]]:
        """
        Pieces with begin and end in characters of the text.
        """

class Tokenizer:
    """
    A whole tokenizer.json. Immutable; one serves many threads.
    """
    @staticmethod
    def compile(data: bytes) -> tuple[Tokenizer, bytes]:
        """
        Reads a tokenizer.json; also the content of a file for from_compiled.
        """
    @staticmethod
    def from_compiled(path: str) -> tuple[Tokenizer, bytes]:
        """
        The tokenizer of a compiled file, and its tokenizer.json without the tables of the model. FileFormatError: another version, or damaged.
        """
    @staticmethod
    def from_json(data: bytes) -> Tokenizer:
        """
        Reads a tokenizer.json; FileFormatError names the field.
        """
    def decode(self, ids: typing.Any, *, skip_special_tokens: bool = False) -> str:
        """
        The text of ids; those of no token are left out.
        """
    def decode_batch(
        self,
        rows: typing.Any,
        *,
        skip_special_tokens: bool = False,
        threads: typing.SupportsInt | typing.SupportsIndex = 1,
    ) -> list[str]:
        """
        The texts of several rows of ids.
        """
    def decode_tokens(self, tokens: typing.Any) -> str:
        """
        The text of tokens, which need not be of the vocabulary.
        """
    def encode_batch(
        self,
        texts: typing.Any,
        pairs: typing.Any = None,
        *,
        add_special_tokens: bool = True,
        truncation: str = "do_not_truncate",
        max_length: typing.SupportsInt | typing.SupportsIndex | None = None,
        stride: typing.SupportsInt | typing.SupportsIndex = 0,
        truncation_side: str = "right",
        return_overflowing: bool = False,
        with_offsets: bool = False,
        is_split: bool = False,
        split_special_tokens: bool = False,
        threads: typing.SupportsInt | typing.SupportsIndex = 1,
    ) -> Encodings:
        """
        Encodes texts, or pairs of texts; with is_split each is a sequence of words.
        """
    def encode_ids(self, text: typing.Any) -> list[int]:
        """
        Ids of one text without options.
        """
    def encode_row(
        self,
        text: typing.Any,
        max_length: int = 0,
        cuts_left: bool = False,
        split_special_tokens: bool = False,
    ) -> tuple[
        numpy.typing.NDArray[numpy.int64],
        numpy.typing.NDArray[numpy.int64],
        numpy.typing.NDArray[numpy.int64],
        bool,
    ]:
        """
        input_ids, attention_mask and token_type_ids of one text, int64 of shape (1, tokens), and whether it was cut; a max_length of 0 cuts nothing.
        """
    def id_to_token(self, id: typing.SupportsInt | typing.SupportsIndex) -> str | None:
        """
        The token of an id, or None.
        """
    def layout(
        self, is_pair: bool, add_special_tokens: bool = True
    ) -> list[tuple[int | None, int | None, int]]:
        """
        Parts of an encoded row: (None, id, type id) a special token, (0 or 1, None, type id) a text.
        """
    def num_special_tokens(self, is_pair: bool) -> int:
        """
        How many special tokens a text or a pair gets.
        """
    def token_bytes(self) -> list[bytes]:
        """
        By id, the bytes that a token adds to a text; of a special token its name.
        """
    def token_to_id(self, token: str) -> int | None:
        """
        The id of a token, or None.
        """
    def vocab(self) -> dict[str, int]:
        """
        Token to id, added tokens included.
        """
    def with_added_tokens(self, tokens: list[dict[str, typing.Any]]) -> Tokenizer:
        """
        Another tokenizer that has these added tokens too; ids are given in order.
        """
    def with_post_processor(self, data: bytes) -> Tokenizer:
        """
        Another tokenizer with this post-processor, JSON as in tokenizer.json.
        """
    @property
    def added_tokens(self) -> list[dict[str, typing.Any]]:
        """
        Added tokens with their flags.
        """
    @property
    def components(self) -> dict[str, str | None]:
        """
        Stage to type name.
        """
    @property
    def file_padding(self) -> dict[str, typing.Any] | None:
        """
        What the file says about padding.
        """
    @property
    def has_subword_prefix(self) -> bool:
        """
        Whether tokens inside a word are spelt behind a prefix ("##").
        """
    @property
    def model_vocab_size(self) -> int:
        """
        Highest id of the model's own vocabulary + 1.
        """
    @property
    def vocab_size(self) -> int:
        """
        Highest id + 1.
        """

class DecodeStream:
    """
    Text of ids that come one after the other.
    """
    def __init__(
        self, tokenizer: Tokenizer, *, skip_special_tokens: bool = False, clean_up: bool = False
    ) -> None: ...
    def add(self, ids: typing.Any) -> str:
        """
        The text that has become certain.
        """
    def finish(self) -> str:
        """
        What was held back; the stream is then as new.
        """

class SentencePieceFile:
    """
    A SentencePiece .model.
    """
    def __init__(self, data: bytes) -> None:
        """
        FileFormatError for what is no such file.
        """
    def __len__(self) -> int: ...
    def ids_of(self, texts: collections.abc.Sequence[str]) -> dict[str, int]:
        """
        Ids of those of some texts that are pieces.
        """
    def marked(self) -> list[tuple[int, str, bool]]:
        """
        Id and text of control and user-defined pieces, and whether control.
        """
    def model_json(
        self,
        *,
        first: collections.abc.Sequence[tuple[str, typing.SupportsFloat | typing.SupportsIndex]],
        skipped: typing.SupportsInt | typing.SupportsIndex,
        last: collections.abc.Sequence[tuple[str, typing.SupportsFloat | typing.SupportsIndex]],
        unk_id: typing.SupportsInt | typing.SupportsIndex | None,
        byte_fallback: bool,
        lowers_number_commas: bool,
        has_tab: bool,
    ) -> bytes:
        """
        The "model" of an equivalent tokenizer.json.
        """
    def pieces(self) -> list[tuple[str, float, int]]:
        """
        Text, score and type of each piece, by id.
        """
    def text(self, id: typing.SupportsInt | typing.SupportsIndex) -> str:
        """
        Text of a piece.
        """
    @property
    def add_dummy_prefix(self) -> bool: ...
    @property
    def algorithm(self) -> int:
        """
        1 Unigram, 2 BPE, 3 words, 4 characters.
        """
    @property
    def byte_fallback(self) -> bool: ...
    @property
    def charsmap(self) -> bytes:
        """
        The precompiled character map; empty where there is none.
        """
    @property
    def escape_whitespaces(self) -> bool: ...
    @property
    def remove_extra_whitespaces(self) -> bool: ...
    @property
    def treat_whitespace_as_suffix(self) -> bool: ...
    @property
    def unk_id(self) -> int: ...

def find_all(pattern: str, is_regex: bool, text: typing.Any) -> list[tuple[int, int]]:
    """
    Begin and end of the matches of a pattern, in characters.
    """

def merges_txt_json(file: bytes) -> bytes:
    """
    The merges of merges.txt as a JSON array.
    """

def tiktoken_model_json(file: bytes) -> bytes:
    """
    The "model" of a tokenizer.json for a .tiktoken file.
    """

def vocab_txt_json(file: bytes) -> bytes:
    """
    The vocabulary of vocab.txt as a JSON object.
    """
