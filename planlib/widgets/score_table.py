"""A table of scores that a room corrects: keyboard, paste from a spreadsheet, decimal comma."""

from __future__ import annotations

from collections.abc import Mapping

import anywidget
import pandas as pd
import traitlets

from planlib import score
from planlib.ingest.values import parse_number
from planlib.schema import PlanError
from planlib.words import number, word

JUDGEMENT = ("judge_id", "action_id", "criterion_id", "performance")

JS = """
function render({ model, el }) {
  const at = (row, column) => el.querySelector(`[data-row="${row}"][data-column="${column}"]`);
  const said = document.createElement("p");
  said.className = "said"; said.setAttribute("role", "status");
  const table = document.createElement("table");
  const cell = (tag, text, parent, scope) => {
    const made = document.createElement(tag);
    if (text !== null) made.textContent = text;
    if (scope) made.scope = scope;
    return parent.appendChild(made);
  };
  const send = (changes) => { model.set("cells", { ...model.get("cells"), ...changes }); model.save_changes(); };
  const draw = () => {
    table.replaceChildren();
    cell("caption", model.get("caption"), table);
    const head = cell("tr", null, cell("thead", null, table)), body = cell("tbody", null, table);
    cell("th", model.get("corner"), head, "col");
    for (const criterion of model.get("criteria")) {
      const th = cell("th", criterion.title, head, "col");
      cell("small", criterion.scale, th);
    }
    model.get("actions").forEach((action, row) => {
      const tr = cell("tr", null, body);
      cell("th", action.title, tr, "row");
      model.get("criteria").forEach((criterion, column) => {
        const input = cell("input", null, cell("td", null, tr));
        Object.assign(input.dataset, { row, column, key: `${action.id}\\n${criterion.id}` });
        input.setAttribute("aria-label", `${action.title}, ${criterion.title}`);
        input.setAttribute("data-lm-suppress-shortcuts", "true");  // JupyterLab has its own uses of the arrows
        input.inputMode = "decimal"; input.autocomplete = "off";
        input.addEventListener("change", () => send({ [input.dataset.key]: input.value }));
      });
    });
    fill();
  };
  const fill = () => {
    const cells = model.get("cells"), wrong = model.get("wrong");
    for (const input of el.querySelectorAll("input")) {
      const text = cells[input.dataset.key] ?? "";
      if (input.value !== text) input.value = text;
      input.setAttribute("aria-invalid", String(input.dataset.key === wrong));
    }
    said.textContent = model.get("message");
    said.classList.toggle("wrong", wrong !== "");
  };
  table.addEventListener("keydown", (event) => {
    const { row, column } = event.target.dataset, step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 };
    if (!(event.key in step) || row === undefined) return;
    const next = at(+row + step[event.key], column);
    if (next) { event.preventDefault(); next.focus(); next.select(); }
  });
  table.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text").replace(/\\r/g, "").replace(/\\n$/, "");
    if (!/[\\t\\n]/.test(text) || event.target.dataset.row === undefined) return;
    event.preventDefault();
    const changes = {}, { row, column } = event.target.dataset;
    let left = 0;
    text.split("\\n").forEach((line, down) => line.split("\\t").forEach((value, across) => {
      const input = at(+row + down, +column + across);
      if (input) changes[input.dataset.key] = value.trim(); else left += 1;
    }));
    model.set("left_out", left);
    send(changes);
  });
  const look = () => {
    const input = [...el.querySelectorAll("input")].find((one) => one.dataset.key === model.get("looked"));
    if (!input) return;
    input.scrollIntoView({ block: "center", inline: "center" });
    input.focus();
    input.select();
  };
  el.classList.add("planlib-scores");
  el.append(table, said);
  draw();
  model.on("change:actions change:criteria", draw);
  model.on("change:looked", look);
  requestAnimationFrame(look);  // once the table stands on the page
  model.on("change:cells change:message change:wrong", fill);
}
export default { render };
"""

CSS = """
.planlib-scores { font: 18px/1.4 Inter, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; color: #1b2430;
  overflow: auto; max-height: 80vh; }
.planlib-scores table { border-collapse: collapse; font: inherit; }
.planlib-scores caption { text-align: left; font-weight: 600; padding: 0 0 6px; }
.planlib-scores th { text-align: left; font-weight: 500; padding: 4px 14px 4px 0; max-width: 22em; }
.planlib-scores thead th { position: sticky; top: 0; background: #fff; border-bottom: 2px solid #1b2430; max-width: 8em;
  vertical-align: bottom; }
.planlib-scores tbody th { vertical-align: middle; border-bottom: 1px solid #d8dee6; min-width: 12em;
  line-height: 1.25; }
.planlib-scores thead th:not(:first-child) { font-size: 14px; line-height: 1.2; padding-right: 6px; }
.planlib-scores small { display: block; color: #5b6675; font-weight: 400; }
.planlib-scores input { font: inherit; width: 3.4em; height: 44px; text-align: right; padding: 0 10px; color: inherit;
  background: #fff; border: 1px solid #8991a2; border-radius: 3px; font-variant-numeric: tabular-nums; }
.planlib-scores input:focus { outline: 3px solid #1f5f8b; outline-offset: 1px; }
.planlib-scores input[aria-invalid=true] { border: 2px solid #bd331d; }
.planlib-scores .said { border-left: 4px solid #1f5f8b; padding: 8px 12px; margin: 0; min-height: 1.4em;
  background: #fff; position: sticky; bottom: 0; }
.planlib-scores .said.wrong { border-color: #bd331d; }
"""


class ScoreTable(anywidget.AnyWidget):
    """One judge's performances, actions by criteria. `judgements` holds the cells that were changed, once all can be
    read; until then `message` says in one sentence which cannot."""

    _esm, _css = JS, CSS
    actions = traitlets.List().tag(sync=True)
    criteria = traitlets.List().tag(sync=True)
    cells = traitlets.Dict().tag(sync=True)  # "action\ncriterion" -> text as typed
    caption = traitlets.Unicode().tag(sync=True)
    corner = traitlets.Unicode().tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)
    wrong = traitlets.Unicode().tag(sync=True)  # key of the first cell that cannot be read
    looked = traitlets.Unicode().tag(sync=True)  # key of the cell shown and ready to type in
    left_out = traitlets.Int().tag(sync=True)  # pasted cells that fell outside the table

    def __init__(
        self,
        judgements: pd.DataFrame,
        criteria: pd.DataFrame,
        judge: str,
        lang: str,
        titles: Mapping | pd.Series,
        criteria_titles: Mapping | pd.Series,
    ):
        self._rules, self._judge, self._lang = criteria, judge, lang
        self._titles = {str(key): str(title) for given in (titles, criteria_titles) for key, title in given.items()}
        given = judgements.reset_index()
        given = given[given["judge_id"].eq(judge) & given["performance"].notna()]
        self._before = {
            f"{row.action_id}\n{row.criterion_id}": number(row.performance, lang) for row in given.itertuples()
        }
        scales = [
            word("widgets.scale", lang, low=float(rule["scale_low"]), high=float(rule["scale_high"]))
            if pd.notna(rule["scale_low"]) and pd.notna(rule["scale_high"])
            else ""
            for _, rule in criteria.iterrows()
        ]
        super().__init__(
            actions=[{"id": str(a), "title": str(title)} for a, title in titles.items()],
            criteria=[
                {"id": str(c), "title": str(criteria_titles.get(c, c)), "scale": scale}
                for c, scale in zip(criteria.index, scales, strict=True)
            ],
            cells=dict(self._before),
            caption=word("widgets.scores_of", lang, judge=judge),
            corner=word("column.title", lang),
        )
        self._show()

    @property
    def judgements(self) -> pd.DataFrame:
        """Changed cells as rows of the workbook; a cell emptied becomes unknown.

        Raises
        ------
        PlanError
            A cell that is not a number, or off its criterion's scale.
        """
        keys = [key for key, text in self.cells.items() if text.strip() != self._before.get(key, "")]
        rows = [self._read(key) for key in sorted(keys)]
        names = [*JUDGEMENT, "performance_found"]
        table = pd.DataFrame(rows, columns=names).astype({"performance": "float64"})
        return table.set_index(names[:3])

    def look(self, action_id: str, criterion_id: str) -> None:
        """Bring a cell into view, ready to type in."""
        self.looked = ""  # so that asking for the same cell again shows it again
        self.looked = f"{action_id}\n{criterion_id}"

    def _read(self, key: str) -> tuple:
        """One cell, checked against its scale by the room that will score it."""
        action, criterion = key.split("\n")
        named = {"action": self._titles.get(action, action), "criterion": self._titles.get(criterion, criterion)}
        try:
            performance, found = parse_number(self.cells[key])
        except PlanError as error:
            raise _Cell(key, "widgets.cell", **named, why=error) from None
        row = (self._judge, action, criterion, performance, found or None)
        try:
            score.judge_values(pd.DataFrame([row[:4]], columns=list(JUDGEMENT)), self._rules)
        except PlanError as error:
            raise _Cell(key, error.key, **{**error.facts, **named}) from None
        return row

    @traitlets.observe("cells", "left_out")
    def _show(self, _change=None) -> None:
        try:
            n = len(self.judgements)
            self.wrong = ""
            said = word("widgets.changed", self._lang, n=n)
            self.message = said + (" " + word("widgets.left_out", self._lang, n=self.left_out) if self.left_out else "")
        except _Cell as error:
            self.wrong, self.message = error.cell, error.text(self._lang)


class _Cell(PlanError):
    """What is wrong with one cell of the table, and which."""

    def __init__(self, cell: str, key: str, /, **facts):
        super().__init__(key, **facts)
        self.cell = cell
