"""The `onnxformers` command: finds the subcommand, runs it, and turns errors into exit statuses."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from onnxformers.cli import chat, demo, download, info, inspect, run, serve
from onnxformers.cli.show import printable
from onnxformers.errors import OnnxformersError

# A command is a module with SUMMARY, add_arguments(parser) and execute(args).
COMMANDS = {
    "run": run,
    "chat": chat,
    "serve": serve,
    "download": download,
    "inspect": inspect,
    "info": info,
    "demo": demo,
}

EXIT_ERROR = 1
EXIT_INTERRUPTED = 128 + 2  # as a shell reports SIGINT
EXIT_BROKEN_PIPE = 128 + 13  # and SIGPIPE


class _VersionAction(argparse.Action):
    """Prints the version; the native module that knows it is loaded only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from onnxformers._native import __version__

        print(f"onnxformers {__version__}")
        parser.exit()


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line, every command with its own arguments."""
    parser = argparse.ArgumentParser(
        prog="onnxformers", description="Transformers models on ONNX Runtime."
    )
    parser.add_argument("--version", action=_VersionAction, nargs=0, help="show it and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, module in COMMANDS.items():
        command = commands.add_parser(name, help=module.SUMMARY, description=module.SUMMARY)
        module.add_arguments(command)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: The arguments without the program's name; those of the process when None.

    Returns:
        The exit status: 0, 1 after an error of ours (one line on stderr), 130 after Ctrl-C, 141
        when the reader of the output went away. Wrong usage leaves through `SystemExit` with 2, as
        argparse does it.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A console of an old code page shows an escape in place of a character it lacks.
        sys.stdout.reconfigure(errors="backslashreplace")
    args = build_parser().parse_args(argv)
    try:
        COMMANDS[args.command].execute(args)
        sys.stdout.flush()
    except OnnxformersError as error:
        print(f"onnxformers: error: {_one_line(error)}", file=sys.stderr)
        return EXIT_ERROR
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return EXIT_BROKEN_PIPE
    return 0


def _one_line(error: OnnxformersError) -> str:
    return printable(" ".join(str(error).split()))


def _discard_output() -> None:
    """Drop what is still buffered: at exit the interpreter would complain about the pipe again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
