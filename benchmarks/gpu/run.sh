#!/bin/sh
# Conformance and speed on an NVIDIA GPU; not run yet. From a clone, with the extra gpu, torch and
# transformers installed: benchmarks/gpu/run.sh FOLDER_OF_generation_model.py
set -e
cd "$(dirname "$0")/../.."
ONNXFORMERS_TEST_DEVICE=cuda python -m pytest -q -m conformance tests/conformance
python benchmarks/generate.py --gpt2 "$1" --device cuda --threads 1
