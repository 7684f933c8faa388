"""Labels that a caller makes up, and the sentences that they are put in."""

from __future__ import annotations

from string import Formatter
from typing import Any

from onnxformers.errors import InvalidArgumentError, InvalidTypeError


def read_labels(labels: Any, task: str) -> list[str]:
    """Candidate labels as a list: they may come as a str with commas between them.

    Args:
        labels: What the caller gave.
        task: For messages.

    Raises:
        InvalidArgumentError: There are none.
        InvalidTypeError: Something that is no str.

    Example:
        >>> read_labels("a cat, a dog", "zero-shot-classification")
        ['a cat', 'a dog']
    """
    if isinstance(labels, str):
        labels = [label.strip() for label in labels.split(",") if label.strip()]
    if labels is None:
        raise InvalidArgumentError(f"[{task}] candidate_labels are missing")
    if not isinstance(labels, (list, tuple)):
        raise InvalidTypeError(
            f"[{task}] candidate_labels must be a str or a list of str, got {type(labels).__name__}"
        )
    if not labels:
        raise InvalidArgumentError(f"[{task}] candidate_labels are empty; give at least one label")
    for index, label in enumerate(labels):
        if not isinstance(label, str):
            raise InvalidTypeError(
                f"[{task}] candidate_labels[{index}] must be a str, got {type(label).__name__}"
            )
    return list(labels)


def fill_template(template: Any, label: str, task: str) -> str:
    """A template with a label in place of its field.

    Only the plain fields "{}" and "{0}" are taken: a template may come from a request, and others
    could read attributes or ask for a width of gigabytes.

    Args:
        template: The sentence with the field.
        label: What goes there.
        task: For messages.

    Raises:
        InvalidArgumentError: No str with such a field.

    Example:
        >>> fill_template("This is a photo of {}", "a cat", "zero-shot-image-classification")
        'This is a photo of a cat'
    """
    try:
        parts = [*Formatter().parse(template)] if isinstance(template, str) else []
    except ValueError:
        parts = []
    fields = [part[1:] for part in parts if part[1] is not None]
    if not fields or any(field not in (("", "", None), ("0", "", None)) for field in fields):
        raise InvalidArgumentError(
            f"[{task}] hypothesis_template must be a str with {{}} where the label goes, "
            f"got {template!r}"
        )
    return "".join(text + ("" if name is None else label) for text, name, _, _ in parts)
