"""A piece of a page that is made again when something it shows was stored."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as ipw


class Live(ipw.HTML):
    """`make()` gives something with `_repr_html_`; `again` makes it anew."""

    def __init__(self, make: Callable[[], object], **layout):
        self._make = make
        super().__init__(layout=ipw.Layout(min_width="0", **layout))
        self.add_class("jp-RenderedHTMLCommon")
        self.again()

    def again(self) -> None:
        self.value = self._make()._repr_html_()
