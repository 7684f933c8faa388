"""Whether a name that docs/coverage.md gives exists: in this package, in Python, in numpy, ..."""

from __future__ import annotations

import builtins
import inspect
import re
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import onnxformers

#: A code span that is a name; others, such as `top_k=3`, are code.
NAME = re.compile(r"`([A-Za-z_]\w*(?:\.\w+)*)`")
#: Where a thing that is planned would turn up.
ROOMS = (
    "models",
    "pipelines",
    "tokenizers",
    "configs",
    "ops",
    "generation",
    "processors",
    "audio",
    "image",
    "inference",
)
#: The packages whose names count as Python's own, beside the standard library.
OTHERS = frozenset({"PIL", "numpy"})


def is_ours(name: str) -> bool:
    """Whether a name is looked for in this package: public there, or one of its modules."""
    root = name.partition(".")[0]
    return root in onnxformers.__all__ or find_spec(f"onnxformers.{root}") is not None


def is_of_python(name: str) -> bool:
    """Whether a name is a builtin or lies in the standard library."""
    root = name.partition(".")[0]
    return hasattr(builtins, root) or root in sys.stdlib_module_names


def exists(name: str) -> bool:
    """Whether a dotted name leads somewhere.

    The first part is a public name of `onnxformers`, a module of it, a builtin or a package.
    """
    root, *rest = name.split(".")
    try:
        found = _root(root)
        for part in rest:
            found = _member(found, part)
    except (AttributeError, ModuleNotFoundError):
        return False
    return True


def exists_somewhere(name: str) -> bool:
    """Whether a public room of this package, or the package itself, has this name."""
    paths = [name, *(f"{room}.{name}" for room in ROOMS)]
    return any(is_ours(path) and exists(path) for path in paths)


def _root(name: str) -> Any:
    if name in onnxformers.__all__:
        return getattr(onnxformers, name)
    if is_ours(name):
        return import_module(f"onnxformers.{name}")
    if hasattr(builtins, name):
        return getattr(builtins, name)
    return import_module(name)


def _member(owner: Any, name: str) -> Any:
    if inspect.isclass(owner):
        return _class_member(owner, name)
    if inspect.ismodule(owner) and not hasattr(owner, name):
        return import_module(f"{owner.__name__}.{name}")
    return getattr(owner, name)


def _class_member(owner: type, name: str) -> Any:
    # Not hasattr: a class has what its metaclass has, `__call__` for one, its instances have not.
    for base in owner.__mro__:
        if name in vars(base):
            return getattr(owner, name)
        if name in vars(base).get("__annotations__", {}) or _documents(base, name):
            return None
    raise AttributeError(f"{owner.__name__} has no {name}")


def _documents(owner: type, name: str) -> bool:
    """Whether the docstring of a class lists an attribute that its instances are given."""
    _, heading, attributes = (vars(owner).get("__doc__") or "").partition("Attributes:\n")
    return bool(heading) and re.search(rf"^ +{name}: ", attributes, re.MULTILINE) is not None
