"""Take in a file or pasted text: read it, see what was understood, answer what it leaves open, keep it signed."""

from __future__ import annotations

import tempfile
from html import escape
from pathlib import Path

import ipywidgets as ipw

from planlib import ingest
from planlib.facts import Facts
from planlib.schema import PlanError
from planlib.widgets.signed import SignedForm
from planlib.words import word
from planlib.workspace import keep_received

KINDS = (
    "notes", "actions", "judgements", "weights", "ballots", "effort", "cost", "budget", "capacity", "roles",
    "posts", "indicators", "updates", "measures", "context", "review",
)  # fmt: skip
READ = (".csv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods", ".docx", ".pptx", ".pdf", ".json")
ONE_COLUMN = {"notes": {"fr": "Note", "en": "Note"}, "actions": {"fr": "Titre", "en": "Title"}}


class IngestPanel(SignedForm):
    """`found` is the import as read; nothing is stored before its questions are answered and someone signs."""

    def __init__(self, facts: Facts, lang: str, saved=None):
        self._facts, self._lang = facts, lang
        self.found: ingest.Import | None = None
        self._apart = tempfile.TemporaryDirectory(prefix="planlib-")
        self.file = self.choice("received", self._received(), blank="no_file")
        self.upload = ipw.FileUpload(accept=",".join(READ), multiple=False, description=self.say("upload"))
        self.kind = self.choice("kind", [(word(f"panel.as_{kind}", lang), kind) for kind in KINDS])
        self.paste = ipw.Textarea(description=self.say("paste"), rows=2, layout=ipw.Layout(width="auto"))
        self.look = ipw.Button(description=self.say("read"), button_style="info")
        self.report = ipw.HTML()
        self.questions = ipw.VBox()
        grid = ipw.Layout(grid_template_columns="2fr 1fr auto auto", grid_gap="0 12px", align_items="flex-end")
        top = ipw.GridBox([self.file, self.kind, self.upload, self.look], layout=grid)
        super().__init__(facts, lang, [top, self.paste, self.report, self.questions], saved)
        self.look.on_click(lambda _button: self.read())

    def _received(self) -> list[tuple[str, str]]:
        folder = self._facts.book.path.parent / "workshop"
        found = sorted(path for path in folder.glob("*") if path.suffix.lower() in READ and path.name[0] not in ".~")
        return [(path.name, str(path)) for path in found]

    @property
    def path(self) -> Path:
        """The file to read: pasted text first, then the one sent, then the one chosen."""
        if self.paste.value.strip():
            text = self.paste.value.strip()
            if self.kind.value in ONE_COLUMN and not any(mark in text.split("\n")[0] for mark in "\t;"):
                quoted = ('"' + line.strip().replace('"', '""') + '"' for line in text.split("\n") if line.strip())
                text = "\n".join([ONE_COLUMN[self.kind.value][self._lang], *quoted])
            path = Path(self._apart.name) / f"{self.say('pasted')}-{self._facts.as_of}.csv"
            path.write_text(text + "\n", encoding="utf-8")
            return path
        if self.upload.value:
            sent = self.upload.value[0]
            path = Path(self._apart.name) / Path(sent["name"]).name
            path.write_bytes(bytes(sent["content"]))
            return path
        if not self.file.value:
            raise PlanError("panel.nothing_to_read")
        return Path(self.file.value)

    @property
    def answers(self) -> dict[str, str]:
        starts = self._facts.settings["fiscal_start"]
        return {"fiscal_start": starts} | {field.key: field.value for field in self.questions.children if field.value}

    def read(self) -> None:
        """Read and show what was understood; what is open becomes a list to choose from."""
        try:
            answers = self.answers
            read = ingest.read(self.path, self.kind.value, answers)
            self.found = read if read.unanswered else ingest.resolve(read, self._facts.book, answers)
        except PlanError as error:
            self.found = None
            self.tell(error.text(self._lang), wrong=True)
            return
        self.answer.value = ""
        lines = "<br>".join(map(escape, self.found.text(self._lang).split("\n")))
        self.report.value = f"<div style='max-height:11em;overflow:auto;font-size:16px'>{lines}</div>"
        asked = [field for field in self.questions.children if field.value]
        known = {field.key for field in asked}
        asked += [self._question(question) for question in self.found.unanswered if question.key not in known]
        self.questions.children = asked

    def _question(self, question) -> ipw.Dropdown:
        listed = [(self.say("not_said"), ""), *((c.text(self._lang), c.value) for c in question.choices)]
        field = ipw.Dropdown(
            options=listed, value="", description=question.text(self._lang), layout=ipw.Layout(width="auto")
        )
        field.key = question.key
        field.observe(lambda change: self.read(), "value")
        return field

    def check(self) -> None:
        if self.found is None:
            self.read()
        if self.found is None:
            raise PlanError("panel.nothing_read")

    def write(self, by: str, why: str) -> int:
        book, path = self._facts.book, self.path
        written = ingest.store_imports(book, [self.found], by=by, why=why, effective=self._facts.as_of)
        keep_received(book.path.parent, path)
        return written

    def refresh(self) -> None:
        self.found, self.questions.children, self.report.value, self.paste.value = None, (), "", ""
        self.file.options = [(self.say("no_file"), ""), *self._received()]
        self.why.value = ""
