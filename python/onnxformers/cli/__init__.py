"""The command line: one file per command, and `main` that finds and runs it."""

from __future__ import annotations
