"""The Jinja environment of chat templates, which come from model files and are not trusted.

Jinja's immutable sandbox keeps a template from reaching Python; it does not keep it from using up
time and memory. Here every loop pass, call, filter, operator and literal of a template is charged
to a budget: the syntax tree is rewritten before it is compiled, and the methods through which
sandboxed code runs are overridden. Nothing is measured from outside, so it works in any thread.

Source: transformers 4.46.3, utils/chat_template_utils.py; Jinja 3.1, sandbox.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.filters import make_attrgetter
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedFormatter
from jinja2.utils import Namespace

from onnxformers.errors import ChatTemplateError
from onnxformers.tokenizers.chat_guards import FILTER_GUARDS, WIDE, check_method, check_operator
from onnxformers.tokenizers.chat_limits import (
    Budget,
    TemplateLimits,
    current_budget,
    needed_budget,
)
from onnxformers.tokenizers.chat_syntax import ADMIT, CONCATENATE, TICK, charged

MAX_SOURCE = 262_144
MAX_TEMPLATES = 64
MAX_DATE_FORMAT = 200

OPERATORS = frozenset({"+", "*", "**", "%"})


class Generation(Extension):
    """`{% generation %}`: marks what the assistant wrote."""

    tags = {"generation"}  # noqa: RUF012 - Jinja's way

    def parse(self, parser: Any) -> nodes.Node:
        """The block as a call of `mark` with its body."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("mark"), [], [], body).set_lineno(line)

    def mark(self, caller: Callable[[], str]) -> str:
        """The body's text, its place in the output written down."""
        text, budget = caller(), needed_budget()
        budget.generated.append((budget.emitted, budget.emitted + len(text)))
        return text


class ShortNamespace(Namespace):
    """A namespace that is not written out with all that it holds."""

    def __repr__(self) -> str:
        """No names and values: namespaces may hold each other."""
        return "<Namespace>"


class BoundedFormatter(SandboxedFormatter):
    """`str.format` that charges each field."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        """One field, with a width that is not absurd."""
        budget = needed_budget()
        if WIDE.search(format_spec):
            raise budget.too_much("formats something too wide")
        budget.allow(budget.weight(value))
        return budget.admit(super().format_field(value, format_spec))


class ChatEnvironment(ImmutableSandboxedEnvironment):
    """The sandbox, with a budget."""

    intercepted_binops = OPERATORS

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Every call in a template comes through here."""
        budget = needed_budget()
        budget.spend(1)
        budget.enter()
        try:
            method = getattr(__obj, "__wrapped__", __obj)
            owner = getattr(method, "__self__", None)
            name = getattr(method, "__name__", "")
            if isinstance(owner, str) and name in {"format", "format_map"}:
                return __self._formatted(owner, name, args, kwargs)
            if isinstance(owner, str | bytes | int):
                args = check_method(budget, owner, name, args)
            return budget.admit(super().call(__context, __obj, *args, **kwargs))
        finally:
            budget.leave()

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """The operators that can make much out of little."""
        budget = needed_budget()
        check_operator(budget, operator, left, right)
        return budget.admit(super().call_binop(context, operator, left, right))

    def _formatted(
        self, text: str, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> str:
        formatter = BoundedFormatter(self)
        if name == "format_map":
            return formatter.vformat(text, (), args[0] if args else {})
        return formatter.vformat(text, args, kwargs)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = charged(super()._parse(source, name, filename))
        template.set_environment(self)
        return template


def compile_template(source: str) -> jinja2.Template:
    """A template, compiled once.

    Raises:
        ChatTemplateError: a mistake in it, or longer than a template can be.
    """
    if len(source) > MAX_SOURCE:
        raise ChatTemplateError(f"has {len(source)} characters, more than {MAX_SOURCE}")
    try:
        return _compiled(source)
    except jinja2.TemplateSyntaxError as error:
        raise ChatTemplateError(f"line {error.lineno}: {error.message}") from None
    except jinja2.TemplateError as error:
        raise ChatTemplateError(error.message or "cannot be compiled") from None
    except (RecursionError, MemoryError, SyntaxError, ValueError) as error:
        raise ChatTemplateError(f"is nested too deep or too large ({error})") from None


def render(
    template: jinja2.Template, variables: Mapping[str, Any], limits: TemplateLimits
) -> tuple[str, list[tuple[int, int]]]:
    """The text of a conversation, and the spans in it that the assistant wrote.

    Raises:
        ChatTemplateError: the template refused, failed, or went over its limits.
    """
    parts: list[str] = []
    with Budget(limits) as budget:
        try:
            for part in template.generate(**variables):
                budget.emit(part)
                parts.append(part)
        except ChatTemplateError:
            raise
        except jinja2.TemplateError as error:
            raise ChatTemplateError(error.message or "failed") from error
        except (RecursionError, MemoryError):
            raise ChatTemplateError("is nested too deep or needs too much memory") from None
        except Exception as error:
            # Whatever an operation on the caller's values raises: the template is the one to blame.
            raise ChatTemplateError(f"failed with {type(error).__name__}: {error}") from error
    return "".join(parts), budget.generated


@functools.lru_cache(maxsize=MAX_TEMPLATES)
def _compiled(source: str) -> jinja2.Template:
    return _environment().from_string(source)


@functools.cache
def _environment() -> ChatEnvironment:
    environment = ChatEnvironment(
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[Generation, "jinja2.ext.loopcontrols"],
        finalize=_written,
    )
    filters = {**environment.filters, "tojson": tojson, "join": joined}
    environment.filters = {name: guarded(name, function) for name, function in filters.items()}
    environment.filters.update({ADMIT: _admit, CONCATENATE: _concatenated, TICK: _tick})
    environment.globals.update(
        raise_exception=raise_exception, strftime_now=strftime_now, namespace=ShortNamespace
    )
    # Text to fill pages with; it takes any length.
    del environment.globals["lipsum"]
    return environment


def guarded(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter whose arguments are checked and whose result is charged."""
    guard = FILTER_GUARDS.get(name)
    # Filters that want the environment or the like get it before the value.
    place = 1 if hasattr(function, "jinja_pass_arg") else 0

    @functools.wraps(function)
    def checked(*arguments: Any, **named: Any) -> Any:
        budget = needed_budget()
        budget.spend(1)
        if guard is not None and len(arguments) > place:
            guard(budget, arguments[place], arguments[place + 1 :], named)
        return budget.admit(function(*arguments, **named))

    return checked


def tojson(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | str | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """JSON as it is, without the HTML escapes of Jinja's own filter."""
    return json.dumps(
        value,
        ensure_ascii=ensure_ascii,
        indent=indent,
        separators=separators,
        sort_keys=sort_keys,
    )


@jinja2.pass_environment
def joined(
    environment: ChatEnvironment,
    value: Iterable[Any],
    d: str = "",
    attribute: str | int | None = None,
) -> str:
    """Texts of all items with `d` between them; Jinja's `join`, adding up as it goes."""
    if attribute is not None:
        value = map(make_attrgetter(environment, attribute), value)
    budget, parts, size = needed_budget(), list[str](), 0
    for item in value:
        parts.append(_text_of(budget, item))
        size += len(parts[-1]) + len(d)
        budget.allow(size)
    return str(d).join(parts)


def raise_exception(message: object) -> None:
    """What templates refuse a conversation with."""
    raise jinja2.TemplateError(str(message))


def strftime_now(format: str) -> str:
    """The date and time of day here, as the template likes it."""
    if WIDE.search(format) or len(format) > MAX_DATE_FORMAT:
        raise jinja2.TemplateError("strftime_now: too wide a format")
    return datetime.now().strftime(format)  # local time, as the templates' authors had it


def _text_of(budget: Budget, value: object) -> str:
    budget.allow(budget.weight(value))
    return str(value)


def _concatenated(items: list[Any]) -> str:
    budget = needed_budget()
    text = "".join([_text_of(budget, item) for item in items])
    budget.spend(len(text))
    return text


def _admit(value: Any) -> Any:
    return needed_budget().admit(value)


def _tick(size: int) -> None:
    needed_budget().spend(size)


def _written(value: Any) -> Any:
    """What is about to be written out; called for constants too, while a template is compiled."""
    budget = current_budget()
    if budget is not None:
        budget.spend(budget.weight(value))
    return value
