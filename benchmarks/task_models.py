"""Models of real size for the tasks: MiniLM's encoder with a head of random weights each.

    python benchmarks/task_models.py --fp32 FOLDER --to FOLDER

Each folder has the same weights as onnx/model.onnx and as model.safetensors, for PyTorch. What the
heads answer means nothing; how long the answer takes does. Needs onnx and safetensors.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file, save_file

WIDTH = 384
COPIED = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")
ENTITIES = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC")
ENTAILMENT = ("entailment", "neutral", "contradiction")


@dataclass(frozen=True)
class Head:
    """A task's head.

    Attributes:
        architecture: Class of transformers.
        name: Name of the last layer in its checkpoint.
        labels: In their order; two outputs called LABEL_n for question answering.
        outputs: Names of the graph's outputs.
        first_bias: Added to the first label: how often nothing is found.
        has_pooler: One row a text, from the first token through a dense layer with tanh.
    """

    architecture: str
    name: str
    labels: tuple[str, ...]
    outputs: tuple[str, ...] = ("logits",)
    first_bias: float = 0.0
    has_pooler: bool = False


HEADS = {
    "token-classification": Head(
        "BertForTokenClassification", "classifier", ENTITIES, first_bias=8.0
    ),
    "question-answering": Head(
        "BertForQuestionAnswering",
        "qa_outputs",
        ("LABEL_0", "LABEL_1"),
        ("start_logits", "end_logits"),
    ),
    "zero-shot-classification": Head(
        "BertForSequenceClassification", "classifier", ENTAILMENT, has_pooler=True
    ),
}


def weights_of(head: Head) -> dict[str, np.ndarray]:
    """The head's layers as PyTorch names and shapes them."""
    generator = np.random.default_rng(len(head.labels))
    bias = np.zeros(len(head.labels), np.float32)
    bias[0] = head.first_bias
    shape = (len(head.labels), WIDTH)
    layers = {
        f"{head.name}.weight": generator.normal(0, 0.4, shape).astype(np.float32),
        f"{head.name}.bias": bias,
    }
    if head.has_pooler:
        dense = generator.normal(0, 0.05, (WIDTH, WIDTH)).astype(np.float32)
        layers["bert.pooler.dense.weight"] = dense
        layers["bert.pooler.dense.bias"] = np.zeros(WIDTH, np.float32)
    return layers


def graph_of(encoder: onnx.ModelProto, head: Head, layers: dict[str, np.ndarray]) -> None:
    """Puts the head behind the encoder's last_hidden_state, in place."""
    graph, hidden = encoder.graph, "last_hidden_state"

    def constant(name: str, value: np.ndarray) -> str:
        graph.initializer.append(numpy_helper.from_array(value.copy(order="C"), name))
        return name

    def node(kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        graph.node.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def linear(inputs: str, prefix: str, output: str) -> str:
        weight = constant(f"{prefix}.weight", layers[f"{prefix}.weight"].T)
        product = node("MatMul", [inputs, weight], f"{prefix}/product")
        return node("Add", [product, constant(f"{prefix}.bias", layers[f"{prefix}.bias"])], output)

    if head.has_pooler:
        first = node("Gather", [hidden, constant("first", np.array(0, np.int64))], "cls", axis=1)
        hidden = node("Tanh", [linear(first, "bert.pooler.dense", "pooled/raw")], "pooled")
    if len(head.outputs) == 1:
        linear(hidden, head.name, head.outputs[0])
    else:
        logits = linear(hidden, head.name, "both")
        split = node("Split", [logits, constant("ones", np.ones(2, np.int64))], "start", axis=2)
        graph.node[-1].output.append("end")
        axis = constant("last", np.array([2], np.int64))
        for part, output in zip((split, "end"), head.outputs, strict=True):
            node("Squeeze", [part, axis], output)
    del graph.output[:]
    rows = ["batch"] if head.has_pooler else ["batch", "length"]
    shape = rows if len(head.outputs) > 1 else [*rows, len(head.labels)]
    graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in head.outputs
    )


def make(task: str, source: Path, target: Path) -> None:
    """Writes one task's folder."""
    head = HEADS[task]
    layers = weights_of(head)
    (target / "onnx").mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        shutil.copyfile(source / name, target / name)
    encoder = onnx.load(source / "onnx" / "model.onnx")
    graph_of(encoder, head, layers)
    onnx.checker.check_model(encoder)
    onnx.save(encoder, target / "onnx" / "model.onnx")
    body = {
        f"bert.{name}": value
        for name, value in load_file(source / "model.safetensors").items()
        if not name.startswith("pooler.")
    }
    save_file(body | layers, target / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((source / "config.json").read_text())
    config["architectures"] = [head.architecture]
    config["id2label"] = dict(enumerate(head.labels))
    config["label2id"] = {label: index for index, label in enumerate(head.labels)}
    (target / "config.json").write_text(json.dumps(config, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--fp32", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--to", type=Path, required=True, help="folder for the models")
    options = parser.parse_args()
    for task in HEADS:
        make(task, options.fp32, options.to / task)
        print(options.to / task)


if __name__ == "__main__":
    main()
