"""The syntax tree of a chat template, rewritten so that running it is charged to a budget."""

from __future__ import annotations

from jinja2 import nodes

ADMIT, CONCATENATE, TICK = "_admit", "_concatenate", "_tick"


def charged(template: nodes.Template) -> nodes.Template:
    """The tree with a charge on each loop pass, macro call and container; changed in place."""
    for node in template.find_all(nodes.Stmt):
        if isinstance(node, nodes.For | nodes.Macro | nodes.CallBlock):
            node.body.insert(0, _tick(node))
    _charge_below(template)
    return template


def _tick(node: nodes.For | nodes.Macro | nodes.CallBlock) -> nodes.ExprStmt:
    """The charge for one pass through a body: the text that is written out in it."""
    constants = node.find_all((nodes.TemplateData, nodes.Const))
    size = sum(len(text) for text in map(_constant_text, constants))
    charge = nodes.Filter(nodes.Const(size), TICK, [], [], None, None, lineno=node.lineno)
    return nodes.ExprStmt(charge, lineno=node.lineno)


def _constant_text(node: nodes.Node) -> str:
    value = node.data if isinstance(node, nodes.TemplateData) else getattr(node, "value", "")
    return value if isinstance(value, str) else ""


def _charge_below(node: nodes.Node) -> None:
    """Wrap containers that are written out in the template, and `~`, all the way down."""
    for field, value in node.iter_fields():
        if isinstance(value, nodes.Node):
            _charge_below(value)
            setattr(node, field, _charged_node(value))
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, nodes.Node):
                    _charge_below(item)
            value[:] = [
                _charged_node(item) if isinstance(item, nodes.Node) else item for item in value
            ]


def _charged_node(node: nodes.Node) -> nodes.Node:
    if isinstance(node, nodes.Concat):
        items = nodes.List(node.nodes, lineno=node.lineno)
        return nodes.Filter(items, CONCATENATE, [], [], None, None, lineno=node.lineno)
    stored = isinstance(node, nodes.Tuple) and node.ctx != "load"
    if isinstance(node, nodes.List | nodes.Tuple | nodes.Dict) and not stored:
        return nodes.Filter(node, ADMIT, [], [], None, None, lineno=node.lineno)
    return node
