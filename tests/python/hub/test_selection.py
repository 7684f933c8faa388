from __future__ import annotations

import pytest

from onnxformers.errors import InvalidArgumentError, MissingFileError
from onnxformers.hub.listing import ListedFile, listed, names_in
from onnxformers.hub.selection import OnnxFile, chosen_variants, files_read, onnx_files


def files(*names: str) -> list[ListedFile]:
    return listed((name, 10 * number) for number, name in enumerate(names, 1))


def seen(variants: list[OnnxFile]) -> list[tuple[str, str]]:
    return [(variant.stem, variant.dtype) for variant in variants]


def test_variants_by_the_ends_of_their_names() -> None:
    names = ["", "_fp16", "_int8", "_uint8", "_quantized", "_q4", "_q4f16", "_bnb4"]
    found = onnx_files(files(*(f"onnx/decoder_model_merged{end}.onnx" for end in names)))
    assert seen(found) == [
        ("decoder_model_merged", dtype)
        for dtype in ("fp32", "fp16", "int8", "uint8", "q8", "q4", "q4f16", "bnb4")
    ]


def test_external_data_belongs_to_its_graph() -> None:
    found = onnx_files(
        files(
            "onnx/model.onnx",
            "onnx/model.onnx_data",
            "onnx/model.onnx_data_1",
            "onnx/model_q4.onnx",
            "onnx/model_q4.onnx.data",
            "onnx/text_model.onnx",
            "model.onnx_data",
        )
    )
    data = {one.file.path: [file.path for file in one.data] for one in found}
    assert data == {
        "onnx/model.onnx": ["onnx/model.onnx_data", "onnx/model.onnx_data_1"],
        "onnx/model_q4.onnx": ["onnx/model_q4.onnx.data"],
        "onnx/text_model.onnx": [],
    }
    assert [one.size for one in found] == [60, 90, 60]


def test_a_size_that_is_not_known() -> None:
    graph = ListedFile("model.onnx", 5)
    assert OnnxFile(graph, "model", "fp32", (ListedFile("model.onnx_data", None),)).size is None


def test_the_folder() -> None:
    listing = files("model.onnx", "onnx/model.onnx", "onnx/old/model.onnx")
    assert [one.file.path for one in onnx_files(listing, "onnx")] == ["onnx/model.onnx"]
    assert [one.file.path for one in onnx_files(listing, "")] == ["model.onnx"]
    assert len(onnx_files(listing)) == 3


def test_what_is_read_beside_the_graphs() -> None:
    wanted = [
        "config.json",
        "tokenizer.json",
        "vocab.txt",
        "spiece.model",
        "chat_template.jinja",
        "additional_chat_templates/rag.jinja",
        "1_Pooling/config.json",
        "2_Dense/model.safetensors",
    ]
    others = [
        "README.md",
        ".gitattributes",
        "model.safetensors",
        "model.safetensors.index.json",
        "pytorch_model.bin",
        "openvino/openvino_model.xml",
        "onnx/model.onnx",
        "checkpoint/trainer_state.json",
        "cat.jpg",
    ]
    found = {file.path for file in files_read(files(*wanted, *others))}
    assert found == set(wanted)


VARIANTS = onnx_files(files("a.onnx", "a_q4.onnx", "b_quantized.onnx"))


def test_one_variant_of_each_file() -> None:
    assert seen(chosen_variants(VARIANTS, None, None)) == [("a", "fp32"), ("b", "q8")]
    assert seen(chosen_variants(VARIANTS, "auto", {"a": "q4"})) == [("a", "q4"), ("b", "q8")]
    assert seen(chosen_variants(VARIANTS, {"a": "fp32"}, None)) == [
        ("a", "fp32"),
        ("b", "q8"),
    ]


@pytest.mark.parametrize(
    ("dtype", "config_dtype", "words"),
    [
        ("q4", None, r"b has no variant for dtype 'q4'; there are: b_quantized\.onnx"),
        (None, "fp16", r"a has no variant for dtype 'fp16'; there are: a\.onnx .*a_q4\.onnx"),
    ],
)
def test_a_variant_that_is_not_there(
    dtype: str | None, config_dtype: str | None, words: str
) -> None:
    with pytest.raises(MissingFileError, match=words):
        chosen_variants(VARIANTS, dtype, config_dtype)


def test_no_default_among_several() -> None:
    with pytest.raises(MissingFileError, match="the default, dtype 'fp32'"):
        chosen_variants(onnx_files(files("a_q4.onnx", "a_int8.onnx")), None, None)
    with pytest.raises(InvalidArgumentError, match="must be 'auto' or one of"):
        chosen_variants(VARIANTS, "q9", None)


def test_names_in_a_folder() -> None:
    listing = files("config.json", "onnx/a/b.onnx", "onnx/c.onnx", "../x", "/y")
    assert names_in(listing, "") == ["config.json", "onnx"]
    assert names_in(listing, "onnx") == ["a", "c.onnx"]
    assert names_in(listing, "none") == []
