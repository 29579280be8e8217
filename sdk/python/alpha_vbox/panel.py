# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""Panels: plain dictionaries, made by functions that know what each kind of node has.

    panel.group(
        panel.row("Load", value="0.41"),
        panel.progress("Memory", value=0.7, text="5.6 of 8 GiB"),
        panel.button("refresh", "Refresh"),
        label="This computer",
    )

At most 200 nodes, rows of tables included; 4 KiB a text.
"""

from __future__ import annotations

from typing import Any, Iterable, Sequence

Node = dict[str, Any]


def _node(kind: str, members: dict[str, Any], common: dict[str, Any]) -> Node:
    unknown = set(common) - {"id", "description", "sensitive"}
    if unknown:
        raise TypeError(f"{kind} has no {', '.join(sorted(unknown))}")
    node = {"kind": kind, **members, **common}
    return {name: value for name, value in node.items() if value is not None}


def group(*children: Node, label: str | None = None, **common: Any) -> Node:
    """Rows that belong together. `common` is, for all nodes: id, description, sensitive."""
    return _node("group", {"label": label, "children": list(children)}, common)


def row(label: str, *children: Node, value: str | None = None, **common: Any) -> Node:
    return _node("row", {"label": label, "value": value, "children": list(children) or None}, common)


def switch(id: str, label: str, value: bool = False, **common: Any) -> Node:
    return _node("switch", {"id": id, "label": label, "value": value}, common)


def entry(id: str, label: str, value: str = "", secret: bool | None = None, **common: Any) -> Node:
    return _node("entry", {"id": id, "label": label, "value": value, "secret": secret}, common)


def combo(id: str, label: str, options: dict[str, str], value: str | None = None, **common: Any) -> Node:
    """`options`: their labels by their ids, in order."""
    listed = [{"id": name, "label": text} for name, text in options.items()]
    return _node("combo", {"id": id, "label": label, "options": listed, "value": value}, common)


def progress(label: str | None = None, value: float | None = None, text: str | None = None, **common: Any) -> Node:
    return _node("progress", {"label": label, "value": value, "text": text}, common)


def table(
    columns: Sequence[str | tuple[str, str]],
    rows: Iterable[Sequence[str | int | float]],
    label: str | None = None,
    **common: Any,
) -> Node:
    """`columns`: headings, or (heading, "start" or "end")."""
    heads = [{"label": c} if isinstance(c, str) else {"label": c[0], "align": c[1]} for c in columns]
    return _node("table", {"label": label, "columns": heads, "rows": [list(r) for r in rows]}, common)


def sparkline(
    values: Iterable[float],
    label: str | None = None,
    text: str | None = None,
    min: float | None = None,
    max: float | None = None,
    **common: Any,
) -> Node:
    return _node("sparkline", {"label": label, "values": list(values), "text": text, "min": min, "max": max}, common)


def button(id: str, label: str, style: str | None = None, **common: Any) -> Node:
    """`style`: "suggested" or "destructive"."""
    return _node("button", {"id": id, "label": label, "style": style}, common)
