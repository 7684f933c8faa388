"""What a file server is asked for has the names that loading asks for."""

from __future__ import annotations

from onnxformers.hub.known_names import CONFIGS, STEMS, usual_names
from onnxformers.hub.listing import ListedFile
from onnxformers.hub.selection import files_read, onnx_files
from onnxformers.models.kinds import KINDS
from onnxformers.tokenizers import chat_files, loading, older_files


def test_the_files_of_every_kind_of_model() -> None:
    stems = {stem for kind in KINDS.values() for layout in kind.layouts for stem in layout}
    assert stems <= set(STEMS)


def test_what_tokenizers_are_read_from() -> None:
    names = {name for form in older_files.FORMS for name in form.names}
    names |= {name for name, _ in loading.MORE_FILES.values()}
    names |= {loading.TOKENIZER, loading.TOKENIZER_CONFIG, loading.SPECIAL_TOKENS_MAP}
    names.add(chat_files.CHAT_TEMPLATE)
    assert names <= set(CONFIGS)


def test_a_download_takes_all_of_them() -> None:
    files = [ListedFile(name, 1) for name in usual_names("onnx")]
    assert {file.path for file in files_read(files)} == set(CONFIGS)
    assert len(onnx_files(files, "onnx")) + len(CONFIGS) == len(files) == len(set(files))
