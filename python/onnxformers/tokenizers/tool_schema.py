"""JSON schemas of Python functions, as models that call tools read them."""

from __future__ import annotations

import inspect
import json
import re
import types
from collections.abc import Callable
from typing import Any, Union, get_args, get_origin, get_type_hints

from onnxformers.errors import InvalidArgumentError, InvalidTypeError

Schema = dict[str, Any]

BASIC_TYPES: dict[Any, Schema] = {
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    bool: {"type": "boolean"},
    Any: {},
}
NONE = type(None)

_SECTION = r"Args:|Returns:|Raises:"
DESCRIPTION = re.compile(rf"^(.*?)[\n\s]*({_SECTION}|\Z)", re.DOTALL)
ARGUMENTS = re.compile(r"\n\s*Args:\n\s*(.*?)[\n\s]*(Returns:|Raises:|\Z)", re.DOTALL)
RETURNS = re.compile(r"\n\s*Returns:\n\s*(.*?)[\n\s]*(Raises:|\Z)", re.DOTALL)
ONE_ARGUMENT = re.compile(r"(?:^|\n)\s*(\w+):\s*(.*?)\s*(?=\n\s*\w+:|\Z)", re.DOTALL)
CHOICES = re.compile(r"\(choices:\s*(.*?)\)\s*$", re.IGNORECASE)


def get_json_schema(function: Callable[..., Any]) -> Schema:
    """The schema of a function from its type hints and its docstring in Google's style.

    Each argument needs a type and a description; `(choices: ["a", "b"])` at the end of a
    description lists the values it may have.

    Returns:
        `{"type": "function", "function": {"name", "description", "parameters"[, "return"]}}`.

    Raises:
        InvalidArgumentError: no docstring, or an argument without type or description.

    Example:
        >>> def multiply(x: float, y: float) -> float:
        ...     \"\"\"Multiply two numbers.
        ...
        ...     Args:
        ...         x: The first.
        ...         y: The second.
        ...     \"\"\"
        ...     return x * y
        >>> get_json_schema(multiply)["function"]["parameters"]["required"]
        ['x', 'y']

    Source: transformers 4.46.3, `get_json_schema`.
    """
    name, docstring = function.__name__, inspect.getdoc(function)
    if not docstring:
        raise InvalidArgumentError(f"[tools] {name} needs a docstring that describes it")
    description, arguments, returns = _docstring_parts(docstring.strip())
    parameters = _parameters(function)
    result = parameters["properties"].pop("return", None)
    if result is not None and returns is not None:
        result["description"] = returns
    for argument, schema in parameters["properties"].items():
        if argument not in arguments:
            raise InvalidArgumentError(
                f"[tools] the docstring of {name} has no description of {argument!r}"
            )
        _describe(name, argument, schema, arguments[argument])
    found = {"name": name, "description": description, "parameters": parameters}
    if result is not None:
        found["return"] = result
    return {"type": "function", "function": found}


def tool_schemas(tools: object) -> list[Schema] | None:
    """The schemas of tools: dicts are schemas already, functions are described.

    Raises:
        InvalidTypeError: something else.
    """
    if tools is None:
        return None
    if not isinstance(tools, list | tuple):
        raise InvalidTypeError(f"[tools] tools must be a list, got {type(tools).__name__}")
    return [_schema_of(tool) for tool in tools]


def _schema_of(tool: object) -> Schema:
    if isinstance(tool, dict):
        return tool
    if inspect.isfunction(tool):
        return get_json_schema(tool)
    raise InvalidTypeError(
        "[tools] a tool must be a dict with its JSON schema, or a function with type hints and a "
        f"docstring, got {type(tool).__name__}"
    )


def _docstring_parts(docstring: str) -> tuple[str | None, dict[str, str], str | None]:
    """Description, descriptions of the arguments, description of the result."""
    description, arguments, returns = (
        pattern.search(docstring) for pattern in (DESCRIPTION, ARGUMENTS, RETURNS)
    )
    found = {}
    if arguments is not None:
        lines = [line for line in arguments.group(1).strip().split("\n") if line.strip()]
        found = {
            name: re.sub(r"\s*\n+\s*", " ", text.strip())
            for name, text in ONE_ARGUMENT.findall("\n".join(lines))
        }
    return (
        description.group(1).strip() if description else None,
        found,
        returns.group(1).strip() if returns else None,
    )


def _describe(name: str, argument: str, schema: Schema, text: str) -> None:
    choices = CHOICES.search(text)
    if choices:
        try:
            schema["enum"] = [choice.strip() for choice in json.loads(choices.group(1))]
        except (ValueError, TypeError, AttributeError):
            raise InvalidArgumentError(
                f"[tools] the choices of {argument!r} of {name} must be a JSON list of strings"
            ) from None
        text = text[: choices.start()].strip()
    schema["description"] = text


def _parameters(function: Callable[..., Any]) -> Schema:
    """The schema of all arguments, that of the result among them as "return"."""
    required = []
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.annotation is inspect.Parameter.empty:
            raise InvalidArgumentError(
                f"[tools] argument {name!r} of {function.__name__} has no type hint"
            )
        if parameter.default is inspect.Parameter.empty:
            required.append(name)
    hints = get_type_hints(function)
    schema: Schema = {
        "type": "object",
        "properties": {name: type_schema(hint) for name, hint in hints.items()},
    }
    if required:
        schema["required"] = required
    return schema


def type_schema(hint: Any) -> Schema:
    """The schema of a type hint.

    Raises:
        InvalidArgumentError: a type that has none.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is None:
        if getattr(hint, "__module__", "") == "PIL.Image":
            return {"type": "image"}
        return dict(BASIC_TYPES.get(hint, {"type": "object"}))
    if origin in (Union, types.UnionType):
        return _union(arguments)
    if origin is list:
        return {"type": "array", **({"items": type_schema(arguments[0])} if arguments else {})}
    if origin is tuple:
        if len(arguments) == 1 or ... in arguments:
            raise InvalidArgumentError(
                f"[tools] {hint} has no JSON schema; use list[...] for any number of items"
            )
        schemas = [type_schema(item) for item in arguments]
        return {"type": "array", **({"prefixItems": schemas} if schemas else {})}
    if origin is dict:
        values = type_schema(arguments[1]) if len(arguments) == 2 else None
        return {"type": "object", **({} if values is None else {"additionalProperties": values})}
    raise InvalidArgumentError(f"[tools] {hint} has no JSON schema")


def _union(arguments: tuple[Any, ...]) -> Schema:
    schemas = [type_schema(argument) for argument in arguments if argument is not NONE]
    if len(schemas) == 1:
        found = schemas[0]
    elif all(isinstance(schema.get("type"), str) for schema in schemas):
        found = {"type": sorted(schema["type"] for schema in schemas)}
    else:
        found = {"anyOf": schemas}
    if NONE in arguments:
        found["nullable"] = True
    return found
