"""What to discuss next: three sentences at a time, set apart once the room has talked about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

import ipywidgets as ipw
import pandas as pd

from planlib import agree
from planlib.widgets.signed import STYLE
from planlib.words import word

AT_ONCE = 3


class DiscussionList(ipw.VBox):
    """Disagreements in the order of their effect. `next` are those to take up, `done` those the room talked about.

    `chosen` is called with (action_id, criterion_id) when the room opens one, so that a score table beside can show
    the cell.
    """

    def __init__(
        self,
        discussions: pd.DataFrame,
        lang: str,
        labels: Mapping | None = None,
        chosen: Callable[[str, str], object] | None = None,
    ):
        self._discussions, self._lang, self._chosen = discussions, lang, chosen
        self._sentences = agree.say(discussions, lang, dict(labels or {}))
        self._talked: set[int] = set()
        self._rows = ipw.VBox()
        self._count = ipw.HTML()
        super().__init__([ipw.HTML(STYLE), self._rows, self._count])
        self.add_class("planlib-panel")
        self._show()

    @property
    def next(self) -> pd.DataFrame:
        """The rows of `agree.discuss_next` shown now."""
        return self._discussions.iloc[[i for i in range(len(self._discussions)) if i not in self._talked][:AT_ONCE]]

    @property
    def done(self) -> pd.DataFrame:
        """The rows talked about, in their order."""
        return self._discussions.iloc[sorted(self._talked)]

    def talk(self, place: int) -> None:
        """Set a row apart, by its place in the list."""
        self._talked.add(place)
        self._show()

    def again(self) -> None:
        """Bring every row back."""
        self._talked.clear()
        self._show()

    def _show(self) -> None:
        left = [i for i in range(len(self._discussions)) if i not in self._talked]
        self._rows.children = [self._row(i) for i in left[:AT_ONCE]]
        key = "widgets.nothing_to_discuss" if not len(self._discussions) else "widgets.left_to_discuss"
        said = word(key, self._lang, n=len(left), done=len(self._talked))
        self._count.value = f'<p role="status">{escape(said)}</p>'

    def _row(self, i: int) -> ipw.HBox:
        """The sentence, and beside it what the room can do with it."""
        talked = ipw.Button(description=word("widgets.talked", self._lang), layout=ipw.Layout(width="auto"))
        talked.on_click(lambda _button: self.talk(i))
        buttons = [talked]
        if self._chosen is not None:
            row = self._discussions.iloc[i]
            see = ipw.Button(description=word("widgets.see_scores", self._lang), layout=ipw.Layout(width="auto"))
            see.on_click(lambda _button: self._chosen(row["action_id"], row["criterion_id"]))
            buttons.insert(0, see)
        sentence = ipw.HTML(f"<p>{escape(self._sentences[i])}</p>", layout=ipw.Layout(flex="1 1 0", min_width="0"))
        return ipw.HBox([sentence, *buttons], layout=ipw.Layout(align_items="center", overflow="hidden"))
