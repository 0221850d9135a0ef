"""Pieces of a page that are made again when something they show was stored."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as ipw


class Live(ipw.HTML):
    """`make()` gives something with `_repr_html_`; `again` makes it anew."""

    def __init__(self, make: Callable[[], object], **layout):
        self._make = make
        super().__init__(layout=ipw.Layout(min_width="0", **layout))
        self.add_class("jp-RenderedHTMLCommon")
        self.add_class("planlib-page")
        self.again()

    def again(self) -> None:
        self.value = self._make()._repr_html_()


class Again(ipw.Box):
    """`make()` gives a widget; `again` makes it anew in the same place."""

    def __init__(self, make: Callable[[], ipw.Widget]):
        self._make = make
        super().__init__(layout=ipw.Layout(display="block", min_width="0"))
        self.again()

    def again(self) -> None:
        self.children = [self._make()]
