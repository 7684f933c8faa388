"""Folders of sentence-transformers: layers after the pooling, prompts, every pooling."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from onnxformers import pipeline
from onnxformers.errors import FileFormatError, InvalidArgumentError, OnnxformersError
from onnxformers.pipelines.sentence_transformers import POOLINGS

MODELS = Path(__file__).parents[2] / "conformance" / "models"
TEXTS = ["a wooden boat", "Why did the committee not come back from Vienna?"]
WIDTH = 32


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content))


def write_tensors(path: Path, tensors: dict[str, np.ndarray]) -> None:
    """A .safetensors file, by the book of the format."""
    header, data = {}, b""
    for name, tensor in tensors.items():
        place = [len(data), len(data) + tensor.nbytes]
        header[name] = {"dtype": "F32", "shape": [*tensor.shape], "data_offsets": place}
        data += tensor.tobytes()
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


def folder_with(
    tmp_path: Path, modules: list[str], pooling: dict[str, Any], prompts: Any = None
) -> Path:
    """A model with these modules, each in a folder like "2_Dense"."""
    folder = tmp_path / "model"
    shutil.copytree(MODELS / "bert-uncased-embed", folder)
    prefix = "sentence_transformers.models."
    entries = [{"type": f"{prefix}Transformer", "path": ""}]
    for index, name in enumerate(modules, start=1):
        entries.append({"type": prefix + name, "path": f"{index}_{name}"})
    write(folder / "modules.json", entries)
    write(folder / "1_Pooling" / "config.json", pooling)
    if prompts is not None:
        write(folder / "config_sentence_transformers.json", prompts)
    return folder


def dense(folder: Path, *, activation: str = "Tanh", **changes: Any) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    tensors = {
        "linear.weight": rng.standard_normal((8, WIDTH)).astype(np.float32),
        "linear.bias": rng.standard_normal(8).astype(np.float32),
    }
    config = {
        "in_features": WIDTH,
        "out_features": 8,
        "bias": True,
        "activation_function": f"torch.nn.modules.activation.{activation}",
        **changes,
    }
    write(folder / "2_Dense" / "config.json", config)
    write_tensors(folder / "2_Dense" / "model.safetensors", tensors)
    return tensors


MEAN = {"pooling_mode_mean_tokens": True}
FUNCTIONS = {
    "Tanh": math.tanh,
    "Identity": lambda x: x,
    "ReLU": lambda x: max(x, 0),
    "Sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "GELU": lambda x: x * 0.5 * (1 + math.erf(x / math.sqrt(2))),
}


@pytest.mark.parametrize("activation", FUNCTIONS)
def test_a_dense_layer_maps_the_pooled_vector(tmp_path: Path, activation: str) -> None:
    folder = folder_with(tmp_path, ["Pooling", "Dense"], MEAN)
    tensors = dense(folder, activation=activation)
    pipe = pipeline("feature-extraction", folder)
    pooled = pipe(TEXTS, pooling="mean").astype(np.float64)
    mapped = pooled @ tensors["linear.weight"].T + tensors["linear.bias"]
    expected = np.vectorize(FUNCTIONS[activation])(mapped)
    np.testing.assert_allclose(pipe(TEXTS, pooling="auto"), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(pipe(TEXTS[0], pooling="auto")[0], pipe(TEXTS, pooling="auto")[0])


def test_layers_are_passed_in_their_order(tmp_path: Path) -> None:
    modules = ["Pooling", "Dense", "LayerNorm", "Dropout", "Normalize"]
    folder = folder_with(tmp_path, modules, MEAN)
    tensors = dense(folder)
    norm = {"norm.weight": np.full(8, 2, np.float32), "norm.bias": np.ones(8, np.float32)}
    write(folder / "3_LayerNorm" / "config.json", {"dimension": 8})
    write_tensors(folder / "3_LayerNorm" / "model.safetensors", norm)
    pipe = pipeline("feature-extraction", folder)
    pooled = pipe(TEXTS, pooling="mean").astype(np.float64)
    mapped = np.tanh(pooled @ tensors["linear.weight"].T + tensors["linear.bias"])
    centred = mapped - mapped.mean(axis=1, keepdims=True)
    expected = centred / np.sqrt(mapped.var(axis=1, keepdims=True) + 1e-5) * 2 + 1
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    got = pipe(TEXTS, pooling="auto")
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)
    shorter = pipe(TEXTS, pooling="auto", truncate_dim=3)
    np.testing.assert_allclose(np.linalg.norm(shorter, axis=1), 1, atol=1e-6)
    cosine = (shorter * got[:, :3]).sum(axis=1) / np.linalg.norm(got[:, :3], axis=1)
    np.testing.assert_allclose(cosine, 1, atol=1e-6)


def test_a_layer_may_have_no_bias(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, ["Pooling", "Dense"], MEAN)
    weight = dense(folder, bias=False, activation="Identity")["linear.weight"]
    write_tensors(folder / "2_Dense" / "model.safetensors", {"linear.weight": weight})
    pipe = pipeline("feature-extraction", folder)
    expected = pipe(TEXTS, pooling="mean") @ weight.T
    np.testing.assert_allclose(pipe(TEXTS, pooling="auto"), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"out_features": 9}, FileFormatError, r"config.json says \(9, 32\) .* \(8, 32\)"),
        ({"in_features": None}, FileFormatError, "config.json says"),
        (
            {"activation_function": "os.system"},
            InvalidArgumentError,
            "'os.system' is not supported",
        ),
        ({"use_residual": True}, InvalidArgumentError, "use_residual is not supported"),
        (
            {"module_input_name": "token_embeddings"},
            InvalidArgumentError,
            "module_input_name 'token_embeddings' is not supported",
        ),
    ],
)
def test_a_layer_that_we_do_not_have_is_refused(
    tmp_path: Path, changes: dict[str, Any], error: type[OnnxformersError], message: str
) -> None:
    folder = folder_with(tmp_path, ["Pooling", "Dense"], MEAN)
    dense(folder, **changes)
    pipe = pipeline("feature-extraction", folder)
    for _ in range(2):
        with pytest.raises(error, match=message):
            pipe(TEXTS, pooling="auto")
    assert pipe(TEXTS, pooling="mean").shape == (2, WIDTH)


def test_a_layer_for_another_width_is_refused(tmp_path: Path) -> None:
    pooling = {"pooling_mode": ["mean", "max"]}
    folder = folder_with(tmp_path, ["Pooling", "Dense"], pooling)
    dense(folder)
    pipe = pipeline("feature-extraction", folder)
    with pytest.raises(FileFormatError, match=r"takes vectors of 32 dimensions.*gives 64"):
        pipe(TEXTS, pooling="auto")


def test_weights_in_a_pickle_are_never_read(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, ["Pooling", "Dense"], MEAN)
    dense(folder)
    weights = folder / "2_Dense" / "model.safetensors"
    weights.rename(weights.with_name("pytorch_model.bin"))
    pipe = pipeline("feature-extraction", folder)
    with pytest.raises(FileFormatError, match="is a pickle, which may run code, and is never read"):
        pipe(TEXTS, pooling="auto")


def test_weights_without_the_tensor_are_refused(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, ["Pooling", "Dense"], MEAN)
    tensors = dense(folder)
    write_tensors(folder / "2_Dense" / "model.safetensors", {"weight": tensors["linear.weight"]})
    with pytest.raises(FileFormatError, match=r"has no tensor linear\.weight"):
        pipeline("feature-extraction", folder)(TEXTS, pooling="auto")


@pytest.mark.parametrize("pooling", POOLINGS)
def test_every_pooling_can_be_asked_for(tmp_path: Path, pooling: str) -> None:
    folder = folder_with(tmp_path, ["Pooling"], {"pooling_mode": pooling})
    pipe = pipeline("feature-extraction", folder)
    tokens = pipe(TEXTS[1])[0].astype(np.float64)
    places = np.arange(1, len(tokens) + 1)[:, None]
    expected = {
        "mean": tokens.mean(axis=0),
        "cls": tokens[0],
        "max": tokens.max(axis=0),
        "mean_sqrt_len_tokens": tokens.sum(axis=0) / math.sqrt(len(tokens)),
        "weightedmean": (tokens * places).sum(axis=0) / places.sum(),
        "lasttoken": tokens[-1],
    }[pooling]
    got = pipe(TEXTS, pooling=pooling)
    np.testing.assert_allclose(got[1], expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(pipe(TEXTS[1], pooling=pooling)[0], got[1])
    np.testing.assert_array_equal(pipe(TEXTS, pooling="auto"), got)


def test_poolings_are_joined_in_the_order_asked_for() -> None:
    pipe = pipeline("feature-extraction", MODELS / "bert-uncased-embed")
    joined = pipe(TEXTS, pooling=["lasttoken", "mean"])
    parts = [pipe(TEXTS, pooling=pooling) for pooling in ("lasttoken", "mean")]
    np.testing.assert_array_equal(joined, np.concatenate(parts, axis=1))
    np.testing.assert_array_equal(pipe(TEXTS[0], pooling=("lasttoken", "mean")), joined[:1])


def test_first_dimensions_are_kept_and_scaled_again() -> None:
    pipe = pipeline("feature-extraction", MODELS / "bert-uncased-embed")
    whole = pipe(TEXTS, pooling="mean")
    np.testing.assert_array_equal(pipe(TEXTS, pooling="mean", truncate_dim=8), whole[:, :8])
    np.testing.assert_array_equal(pipe(TEXTS[0], pooling="mean", truncate_dim=8), whole[:1, :8])
    unit = pipe(TEXTS, pooling="mean", truncate_dim=8, normalize=True)
    np.testing.assert_allclose(np.linalg.norm(unit, axis=1), 1, atol=1e-6)
    assert pipe(TEXTS[0], truncate_dim=8).shape[2] == 8
    packed = pipe(TEXTS, pooling="mean", truncate_dim=8, quantize=True, precision="ubinary")
    assert packed.shape == (2, 1)


PROMPTS = {"prompts": {"query": "query: ", "document": ""}, "default_prompt_name": None}


def test_a_prompt_is_put_in_front(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, ["Pooling"], MEAN, PROMPTS)
    pipe = pipeline("feature-extraction", folder, pooling="auto")
    expected = pipe([f"query: {text}" for text in TEXTS])
    np.testing.assert_array_equal(pipe(TEXTS, prompt_name="query"), expected)
    np.testing.assert_array_equal(pipe(TEXTS, prompt="query: "), expected)
    np.testing.assert_array_equal(pipe(TEXTS[0], prompt_name="query"), expected[:1])
    np.testing.assert_array_equal(np.stack([*pipe(iter(TEXTS), prompt="query: ")]), expected)
    np.testing.assert_array_equal(pipe(TEXTS, prompt_name="document"), pipe(TEXTS))
    # The text wins over the name, as in sentence-transformers.
    np.testing.assert_array_equal(pipe(TEXTS, prompt="query: ", prompt_name="x"), expected)
    tokens = [*pipe(iter(TEXTS), pooling="none", prompt="query: ")]
    assert tokens[0].shape == pipe(f"query: {TEXTS[0]}", pooling="none")[0].shape


def test_the_default_prompt_is_part_of_the_recipe(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, ["Pooling"], MEAN, {**PROMPTS, "default_prompt_name": "query"})
    pipe = pipeline("feature-extraction", folder)
    with_prompt = pipe(TEXTS, pooling="mean", prompt="query: ")
    np.testing.assert_array_equal(pipe(TEXTS, pooling="auto"), with_prompt)
    without = pipe(TEXTS, pooling="auto", prompt="")
    np.testing.assert_array_equal(without, pipe(TEXTS, pooling="mean"))


@pytest.mark.parametrize("pooling", ["mean", "cls", "weightedmean"])
def test_a_prompt_may_be_left_out_of_the_pooling(tmp_path: Path, pooling: str) -> None:
    config = {"pooling_mode": pooling, "include_prompt": False}
    pipe = pipeline("feature-extraction", folder_with(tmp_path, ["Pooling"], config))
    tokens = pipe(f"query: {TEXTS[1]}")[0].astype(np.float64)
    # [CLS], then the prompt.
    skipped = 1 + len(pipe.tokenizer.tokenize("query: "))
    kept, places = tokens[skipped:], np.arange(skipped, len(tokens))[:, None] + 1
    expected = {
        "mean": kept.mean(axis=0),
        "cls": kept[0],
        "weightedmean": (kept * places).sum(axis=0) / places.sum(),
    }[pooling]
    got = pipe(TEXTS, pooling="auto", prompt="query: ")
    np.testing.assert_allclose(got[1], expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(pipe(TEXTS[1], pooling="auto", prompt="query: ")[0], got[1])
    np.testing.assert_array_equal(pipe(TEXTS, pooling="auto"), pipe(TEXTS, pooling=pooling))


def test_the_recipe_may_lower_the_case(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, ["Pooling"], MEAN)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(MODELS / "bert-cased-ner" / name, folder / name)
    write(folder / "sentence_bert_config.json", {"max_seq_length": 64, "do_lower_case": True})
    pipe = pipeline("feature-extraction", folder)
    lowered = [text.lower() for text in TEXTS]
    np.testing.assert_array_equal(pipe(TEXTS, pooling="auto"), pipe(lowered, pooling="mean"))
    assert not np.array_equal(pipe(TEXTS, pooling="mean"), pipe(lowered, pooling="mean"))


@pytest.mark.parametrize(
    ("prompts", "options", "error", "message"),
    [
        (PROMPTS, {"prompt_name": "qery"}, InvalidArgumentError, "did you mean 'query'"),
        ({"prompts": [1]}, {"prompt_name": "query"}, FileFormatError, "expected prompts by name"),
        ({"prompts": {"a": 1}}, {"prompt_name": "a"}, FileFormatError, "expected prompts by name"),
        (
            {"prompts": {}, "default_prompt_name": "query"},
            {"pooling": "auto"},
            FileFormatError,
            "expected prompts by name",
        ),
        (
            {"prompts": {}, "default_prompt_name": [1]},
            {"pooling": "auto"},
            FileFormatError,
            "expected prompts by name",
        ),
    ],
)
def test_prompts_that_are_not_there_are_refused(
    tmp_path: Path,
    prompts: Any,
    options: dict[str, Any],
    error: type[OnnxformersError],
    message: str,
) -> None:
    pipe = pipeline("feature-extraction", folder_with(tmp_path, ["Pooling"], MEAN, prompts))
    with pytest.raises(error, match=message):
        pipe(TEXTS, **options)
    assert pipe(TEXTS, pooling="mean").shape == (2, WIDTH)


@pytest.mark.parametrize("mode", [7, ["mean", "median"], [], {}, [["mean"]]])
def test_a_broken_pooling_is_refused(tmp_path: Path, mode: Any) -> None:
    pipe = pipeline(
        "feature-extraction", folder_with(tmp_path, ["Pooling"], {"pooling_mode": mode})
    )
    with pytest.raises(FileFormatError, match="no pooling mode is switched on"):
        pipe(TEXTS, pooling="auto")
