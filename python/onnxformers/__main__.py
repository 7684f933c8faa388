"""`python -m onnxformers`: the same as the `onnxformers` command."""

from __future__ import annotations

import sys

from onnxformers.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
