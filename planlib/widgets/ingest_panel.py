"""Take in files or pasted text: read them, see what was understood, answer what they leave open, keep it signed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from html import escape
from pathlib import Path

import ipywidgets as ipw

from planlib import ingest
from planlib.facts import Facts
from planlib.ingest import maps
from planlib.schema import PlanError
from planlib.widgets.signed import SignedForm
from planlib.words import word
from planlib.workspace import keep_received

KINDS = (
    "notes", "actions", "judgements", "weights", "ballots", "effort", "cost", "budget", "capacity", "roles", "spending",
    "posts", "indicators", "updates", "measures", "context", "review",
)  # fmt: skip
READ = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods", ".docx", ".pptx", ".pdf", ".json")
MISSING = "missing."  # a field in which a person says which header stands for a column that was not found
WHOLE = "<style>.planlib-asked .widget-inline-hbox > .widget-label { white-space: normal; }</style>"  # long questions
FEW = 12  # lines of a report shown without being asked for


class IngestPanel(SignedForm):
    """`found` are the imports as read, by file, and `refused` the files that cannot be read, with the sentence.

    Nothing is stored before every question is answered and someone signs.
    """

    def __init__(self, facts: Facts, lang: str, saved: Callable[[], object] | None = None):
        self._facts, self._lang = facts, lang
        self.found: dict[str, ingest.Import] = {}
        self.refused: dict[str, PlanError] = {}
        self._pasted_path: Path | None = None
        self._apart = tempfile.TemporaryDirectory(prefix="planlib-")
        received = self._received()
        auto = ipw.Layout(width="auto", min_width="0")
        self.files = ipw.SelectMultiple(options=received, rows=4, description=self.say("received"), layout=auto)
        self.upload = ipw.FileUpload(accept=",".join(READ), multiple=True, description=self.say("upload"))
        self.kind = self.choice("kind", [(word(f"panel.as_{kind}", lang), kind) for kind in KINDS])
        self.paste = ipw.Textarea(description=self.say("paste"), rows=4, layout=auto)
        self.look = ipw.Button(description=self.say("read"), button_style="info")
        self.report = ipw.HTML(self._hint())
        self.questions = ipw.VBox()
        self.questions.add_class("planlib-asked")
        side = ipw.VBox([self.kind, ipw.HBox([self.upload, self.look])])
        grid = ipw.Layout(grid_template_columns="2fr 2fr auto", grid_gap="0 16px", align_items="flex-start")
        top = ipw.GridBox([self.files, self.paste, side], layout=grid)
        super().__init__(facts, lang, [ipw.HTML(WHOLE), top, self.report, self.questions], saved)
        self.look.on_click(lambda _button: self.read())
        self.kind.observe(lambda _change: setattr(self.questions, "children", ()), "value")

    @property
    def _folder(self) -> Path:
        return self._facts.book.path.parent

    def _received(self) -> list[tuple[str, str]]:
        found = sorted(path for path in (self._folder / "workshop").glob("*") if path.name[0] not in ".~")
        return [(path.name, str(path)) for path in found if path.suffix.lower() in READ]

    def _hint(self) -> str:
        return f"<p>{escape(self.say('how_to_start' if self._received() else 'how_to_start_empty'))}</p>"

    @property
    def paths(self) -> dict[str, Path]:
        """The files to read, by name: those sent, those chosen, and the text pasted, kept as a file of its day."""
        apart = Path(self._apart.name)
        found: list[Path] = []
        for sent in self.upload.value:
            found.append(apart / Path(sent["name"]).name)
            found[-1].write_bytes(bytes(sent["content"]))
        found += map(Path, self.files.value)
        if text := self.paste.value.strip():
            found.append(self._pasted(text + "\n"))
        if not found:
            raise PlanError("panel.nothing_to_read")
        named: dict[str, Path] = {}
        for path in found:
            twin = named.get(path.name)
            if twin is None or twin.read_bytes() != path.read_bytes():
                named[path.name if twin is None else f"{path.name} (2)"] = path
        return named

    def _pasted(self, text: str) -> Path:
        """The text pasted as a file whose name no other text of the client has."""
        stem, n = f"{self.say('pasted')}-{self._facts.as_of}", 1
        name = f"{stem}.txt"
        while (kept := self._folder / "workshop" / name).exists() and kept.read_text(encoding="utf-8") != text:
            n += 1
            name = f"{stem}-{n}.txt"
        self._pasted_path = Path(self._apart.name) / name
        self._pasted_path.write_text(text, encoding="utf-8", newline="")
        return self._pasted_path

    def answers(self, file: str) -> dict[str, str]:
        """What was settled about one file, here or in the client's settings."""
        fields = [field for field in self.questions.children if field.about[0] == file and field.value.strip()]
        given = dict(
            (f"column.{field.value}", field.about[1][len(MISSING) :])
            if field.about[1].startswith(MISSING)
            else (field.about[1], field.value.strip())
            for field in fields
        )
        return {"fiscal_start": self._facts.settings["fiscal_start"]} | given

    def read(self) -> None:
        """Read and show what was understood; what is open becomes a list to choose from, or a field to fill."""
        self.found, self.refused = {}, {}
        try:
            paths = self.paths
        except PlanError as error:
            self.tell(error.text(self._lang), wrong=True)
            return
        for name, path in paths.items():
            try:
                self.found[name] = self._read_one(name, path)
            except PlanError as error:
                self.refused[name] = error
        self.answer.value = ""
        self.report.value = self._told()
        asked = {field.about: field for field in self.questions.children}
        fields = []
        for file, found in self.found.items():
            kept = [field for about, field in asked.items() if about[0] == file and field.value.strip()]
            settled = {field.about for field in kept}
            still = [question for question in found.questions if (file, question.key) not in settled]
            fields += kept + [asked.get((file, question.key)) or self._question(file, question) for question in still]
        for file, error in self.refused.items():
            if error.key == "ingest.missing_column":
                fields += [field for about, field in asked.items() if about[0] == file and field.value.strip()]
                fields.append(self._missing(file, error))
        self.questions.children = fields

    def _read_one(self, name: str, path: Path) -> ingest.Import:
        kind, answers, confirmed = self.kind.value, self.answers(name), self._folder / "maps"
        if path == self._pasted_path:
            read = ingest.pasted(self.paste.value, kind, answers, path.name, maps=confirmed)
        else:
            read = ingest.read(path, kind, answers, maps=confirmed)
        return read if read.unanswered else ingest.resolve(read, self._facts.book)

    def _told(self) -> str:
        """The report: how many rows came, how many stay and why the others do not, then each file's repairs."""
        kept = sum(len(found.table) if self.kind.value == "notes" else found.rows_kept for found in self.found.values())
        aside = sum(found.rows_found - found.rows_kept for found in self.found.values())
        key = "taken_notes" if self.kind.value == "notes" else "taken"
        head = escape(self.say(key, n=kept + aside, kept=kept, aside=aside))
        parts = [f"<strong>{head}</strong>"] if self.found else []
        for file, error in self.refused.items():
            text = error.text(self._lang)
            if error.key == "ingest.missing_column":  # a list below asks which one it is
                text = self.say("no_such_column", wanted=error.facts["wanted"].text(self._lang))
            parts.append(f"<p class='answer wrong' role='alert'>{escape(file)} — {escape(text)}</p>")
        for found in self.found.values():
            head, *lines = found.text(self._lang).split("\n")
            body = "<br>".join(map(escape, lines))
            shown = " open" if len(lines) <= FEW and len(self.found) == 1 else ""
            parts.append(f"<details{shown}><summary>{escape(head)}</summary>{body}</details>" if body else escape(head))
        return f"<div style='max-height:15em;overflow:auto;font-size:16px'>{''.join(parts)}</div>"

    def _question(self, file: str, question) -> ipw.Dropdown | ipw.Combobox | ipw.Text:
        """A list of its choices, the default first chosen; words to type where others may be given."""
        text = question.text(self._lang)
        said = f"{file} — {text}" if len(self.found) > 1 and file not in text else text
        layout = ipw.Layout(width="auto")
        if question.free:
            listed = [choice.value for choice in question.choices]
            field = ipw.Combobox(options=listed, description=said, layout=layout, continuous_update=False)
        elif question.choices:
            listed = [(choice.text(self._lang), choice.value) for choice in question.choices]
            blank = [] if question.default is not None else [(self.say("not_said"), "")]
            value = question.default or ""
            field = ipw.Dropdown(options=[*blank, *listed], value=value, description=said, layout=layout)
        else:
            field = ipw.Text(description=said, layout=layout, continuous_update=False)
        field.about = (file, question.key)
        field.observe(lambda _change: self.read(), "value")
        return field

    def _missing(self, file: str, error: PlanError) -> ipw.Dropdown:
        """The headers of a file, one of which may stand for the column it lacks; kept as a map once it is stored."""
        wanted = error.facts["wanted"]
        said = self.say("which_column", file=file, wanted=wanted.text(self._lang))
        options = [(self.say("not_said"), ""), *((header, header) for header in error.facts["found"])]
        field = ipw.Dropdown(options=options, value="", description=said, layout=ipw.Layout(width="auto"))
        field.about = (file, f"{MISSING}{wanted.columns[-1]}")
        field.observe(lambda _change: self.read(), "value")
        return field

    def check(self) -> None:
        if not self.found and not self.refused:
            self.read()
        if not self.found:
            raise PlanError("panel.nothing_read")
        for file, found in self.found.items():
            if found.unanswered:
                raise PlanError("panel.not_answered", file=file, question=found.unanswered[0])

    def write(self, by: str, why: str) -> int:
        book, imports = self._facts.book, list(self.found.values())
        written = ingest.store_imports(book, imports, by=by, why=why, effective=self._facts.as_of)
        for name, path in self.paths.items():
            if name in self.found:
                keep_received(self._folder, path)
        for found in imports:
            maps.save(self._folder / "maps", self.kind.value, found.file, found.headers, found.answers)
        return written

    def refresh(self) -> None:
        self.found, self.refused, self.questions.children, self.upload.value = {}, {}, (), ()
        self.files.options, self.files.value = self._received(), ()
        self.paste.value = self.why.value = ""
        self.report.value = f"<p>{escape(self.say('taken_next'))}</p>"
