# SPDX-License-Identifier: LGPL-3.0-or-later
"""What the web client asks the server for when a screen is opened, read off the screen's views as it reads them.

The rules are those of Odoo's own `relational_model.js`, `graph_model.js` and `pivot_model.js`.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from lxml import etree

from dev.rpc import Client

PAGE = 80  # records of a list, or groups
CARDS = 40  # of a kanban view
LINES = 40  # of a list inside a form
COUNTED = 10_001  # what is counted to of a long list
NUMBERS = ("float", "integer", "monetary")  # what groups are added up by
RELATIONS = ("many2one", "reference", "one2many", "many2many")

Ask = Callable[[], Any]


@dataclass(frozen=True)
class Screen:
    """A screen of the menu, its views loaded.

    :ivar kind: of the view asked for: list, kanban, graph, pivot or form
    :ivar models: of each model the views speak of, its fields' descriptions
    :ivar favourites: the searches that are kept for everybody
    """

    client: Client
    model: str
    kind: str
    arch: Any
    search: Any
    models: dict[str, dict]
    domain: list
    context: dict
    favourites: list[dict] = field(default_factory=list)

    def records(self, domain: list | None = None, groups: list[str] | None = None) -> list[dict]:
        """Ask for what is shown first: records, cards, or folded groups of them; of a graph or a pivot, its numbers."""
        domain = [*self.domain, *(domain or [])]
        if self.kind == "graph":
            return self._bars(domain, groups)
        if self.kind == "pivot":
            return self._cells(domain, groups)
        return self._groups(domain, groups) if groups else self._rows(domain)

    def form(self, record_id: int) -> list[dict]:
        """Ask for a record's form."""
        return self._call("web_read", [record_id], specification=specification(self.arch, self.model, self.models))

    def filters(self, own: tuple[str, ...] = ("",)) -> Iterator[tuple[str, list, list[str] | None]]:
        """Yield each filter and each way to group of the search view: its name, a domain, what is grouped by.

        :param own: what the names of those begin with that are meant
        """
        for node in self.search.xpath("//filter"):
            if not (node.get("name") or "").startswith(own):
                continue
            domain, group = node.get("domain"), ast.literal_eval(node.get("context") or "{}").get("group_by")
            if group or (domain and domain != "[]"):
                yield node.get("name"), ast.literal_eval(domain or "[]"), [group] if group else None

    def defaults(self) -> list:
        """Return the domain of the filters that are on when the screen is opened."""
        on = {name.removeprefix("search_default_") for name in self.context if name.startswith("search_default_")}
        return [leaf for name, domain, _groups in self.filters(tuple(on)) if name in on for leaf in domain]

    def typed(self, text: str) -> Iterator[tuple[str, list]]:
        """Yield each field of the search view some text can be typed for, and the domain that makes."""
        for node in self.search.iter("field"):
            name, operator = node.get("name"), node.get("operator") or "ilike"
            if custom := node.get("filter_domain"):
                yield name, ast.literal_eval(custom.replace("raw_value", "self").replace("self", repr(text)))
            elif self._fields[name]["type"] in ("char", "text", "many2one"):
                yield name, [(name, operator, text)]

    @property
    def _fields(self) -> dict:
        return self.models[self.model]["fields"]

    def _call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        return self.client.call(self.model, method, *args, **kwargs)

    def _rows(self, domain: list) -> list[dict]:
        page = {"limit": CARDS} if self.kind == "kanban" else {"limit": PAGE}
        return self._call(
            "web_search_read", domain, specification(self.arch, self.model, self.models), offset=0, order="",
            count_limit=COUNTED, context={"bin_size": True}, **page)["records"]

    def _groups(self, domain: list, groups: list[str]) -> list[dict]:
        shown = specification(self.arch, self.model, self.models)
        added_up = [
            f"{name}:{self._fields[name]['aggregator']}" for name in shown
            if self._fields[name].get("aggregator") and self._fields[name]["type"] in NUMBERS]
        return self._call(
            "web_read_group", domain, groups, added_up, limit=PAGE, offset=0, order="", auto_unfold=False,
            opening_info=[], unfold_read_specification=shown, unfold_read_default_limit=PAGE,
            groupby_read_specification={}, context={"read_group_expand": True})["groups"]

    def _bars(self, domain: list, groups: list[str] | None) -> list[dict]:
        groups = groups or [_spec(node) for node in self.arch.iter("field") if node.get("type") != "measure"]
        return self._call(
            "formatted_read_group", domain, groupby=groups, aggregates=self._measures(),
            context={"fill_temporal": True})

    def _cells(self, domain: list, groups: list[str] | None) -> list[dict]:
        groups = groups or [_spec(node) for node in self.arch.iter("field") if node.get("type") == "row"]
        sets = list(accumulate([[], *([group] for group in groups)]))
        return self._call(
            "formatted_read_grouping_sets", domain=domain, grouping_sets=sets, aggregates=self._measures())[-1]

    def _measures(self) -> list[str]:
        names = [node.get("name") for node in self.arch.iter("field") if node.get("type") == "measure"]
        return ["__count", *(f"{name}:{self._fields[name]['aggregator']}" for name in names)]


def load(client: Client, action: str, kind: str | None = None) -> Screen:
    """Load an action and its views.

    :param action: its external id
    :param kind: of the view to show, the first one by default
    """
    opened = client.load_action(action)
    model, views = opened["res_model"], opened["views"]
    search_id = (opened.get("search_view_id") or [False])[0]
    answer = client.call(
        model, "get_views", [*views, [search_id, "search"]],
        {"action_id": opened["id"], "load_filters": True, "toolbar": True})
    kind = kind or views[0][1]
    search = answer["views"]["search"]
    return Screen(
        client, model, kind, etree.fromstring(answer["views"][kind]["arch"]), etree.fromstring(search["arch"]),
        answer["models"], literal(opened.get("domain"), []), _constants(opened.get("context") or "{}"),
        search.get("filters") or [])


def specification(arch, model: str, models: dict[str, dict]) -> dict:
    """Return what is read of a view's fields, and of the lines inside it."""
    read = {}
    for node in arch.xpath(".//field[not(ancestor::field)]"):
        name = node.get("name")
        described = models[model]["fields"][name]
        read[name] = {}
        if described["type"] not in RELATIONS:
            continue
        inner = next(iter(node), None)
        if inner is None:
            if described["type"] == "many2one" or node.get("widget") == "many2many_tags":
                read[name] = {"fields": {"display_name": {}}}
        else:
            lines = etree.fromstring(etree.tostring(inner, with_tail=False))
            read[name] = {"fields": specification(lines, described["relation"], models), "limit": LINES}
    return read


def _spec(node) -> str:
    """Return what a field of a graph or a pivot is grouped by."""
    name, interval = node.get("name"), node.get("interval")
    return f"{name}:{interval}" if interval else name


def literal(value, empty):
    """Return what a field of an action or a favourite says, which may be Python in a text."""
    return ast.literal_eval(value) if isinstance(value, str) and value else value or empty


def _constants(context) -> dict:
    """Return what an action's context says by itself; what it asks of the user's screen is left out."""
    if isinstance(context, dict):
        return context
    said = ast.parse(context.strip(), mode="eval").body
    return {
        key.value: value.value for key, value in zip(said.keys, said.values, strict=True)
        if isinstance(value, ast.Constant)}
