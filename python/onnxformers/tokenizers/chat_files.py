"""Chat templates that lie in files of their own beside tokenizer_config.json."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from onnxformers.errors import FileFormatError
from onnxformers.hub import files as hub_files
from onnxformers.hub.sources import open_source

if TYPE_CHECKING:
    import os

    from onnxformers.hub.options import LoadOptions

CHAT_TEMPLATE = "chat_template.jinja"
MORE_TEMPLATES = "additional_chat_templates"
DEFAULT, SUFFIX = "default", ".jinja"
MAX_BYTES = 1 << 20


def chat_template_of(
    name_or_path: str | os.PathLike[str], prefix: str, options: LoadOptions, config: Any
) -> Any:
    """The model's chat templates: those in files of their own, else `config`.

    Returns:
        A template, a list of named ones as tokenizer_config.json has them, or `config`.

    Raises:
        FileFormatError: a file is too large or not UTF-8.

    Source: transformers 4.57, `save_chat_templates`.
    """
    path = hub_files.find_file(name_or_path, prefix + CHAT_TEMPLATE, options)
    if path is None:
        return config
    template = _read(path)
    # Templates of other names come with the default one, so only then is the folder listed.
    source = open_source(name_or_path, options)
    names = [n for n in source.names(prefix + MORE_TEMPLATES) or () if n.endswith(SUFFIX)]
    if not names:
        return template
    named = {DEFAULT: template}
    for name in names:
        path = hub_files.find_file(name_or_path, f"{prefix}{MORE_TEMPLATES}/{name}", options)
        if path is not None:
            named[name.removesuffix(SUFFIX)] = _read(path)
    return [{"name": name, "template": text} for name, text in named.items()]


def _read(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise FileFormatError(f"[{path}] is larger than {MAX_BYTES} bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileFormatError(f"[{path}] is not UTF-8 at byte {error.start}") from None
