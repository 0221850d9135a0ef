"""A template and its parameters: found, read, and checked against its parameters cell before anything runs."""

from __future__ import annotations

import ast
import difflib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from planlib.schema import PlanError
from planlib.words import LANGS
from planlib.workspace import HOME

if TYPE_CHECKING:
    import nbformat

TEMPLATES = HOME / "templates"
KINDS = {"int": int, "float": float, "str": str, "bool": bool, "list": list, "dict": dict}


@dataclass(frozen=True)
class Template:
    """A notebook that makes a report: its name, its file and the bytes it had when it was read."""

    name: str
    path: Path
    content: bytes

    def notebook(self) -> nbformat.NotebookNode:
        """A notebook of one's own to fill, without the outputs that the file may hold."""
        import nbformat

        try:
            notebook = nbformat.reads(self.content.decode("utf-8"), as_version=4)
        except (nbformat.ValidationError, AttributeError, KeyError):
            raise PlanError("report.not_a_notebook", found=self.path.name) from None
        notebook.metadata.setdefault("papermill", {})
        for cell in notebook.cells:
            cell.metadata.setdefault("tags", [])
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        return notebook

    @property
    def model(self) -> type[BaseModel]:
        """The pydantic model of its parameters: strict, nothing unknown, `client` and `year` always stated."""
        try:
            model = _model(self.content)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise PlanError("report.not_a_notebook", found=self.path.name) from None
        except SyntaxError:
            raise PlanError("report.parameters_unread", found=self.path.name) from None
        if "client" not in model.model_fields:
            raise PlanError("report.no_client_parameter", template=self.path.name)
        return model


@lru_cache(maxsize=32)
def _model(content: bytes) -> type[BaseModel]:
    fields = {}
    for name, (stated, default) in stated_parameters(content).items():
        kind = KINDS.get(stated) or (Any if default is None else type(default))
        fields[name] = (kind, ... if name in ("client", "year") or default is None else default)
    return create_model("Parameters", __config__=ConfigDict(extra="forbid", strict=True), **fields)


def stated_parameters(content: bytes) -> dict[str, tuple[str, Any]]:
    """Name -> (stated kind, default) of the assignments in the cell tagged `parameters`.

    Read here and not with papermill, whose import takes longer than the whole of an unchanged batch.
    """
    for cell in json.loads(content)["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            return dict(_assigned(ast.parse("".join(cell["source"]))))
    return {}


def _assigned(tree: ast.Module) -> Iterator[tuple[str, tuple[str, Any]]]:
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, (ast.unparse(node.annotation).split("[")[0].strip("'\""), _default(node.value))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, ("", _default(node.value))


def _default(value: ast.expr | None) -> Any:
    """What a parameter is when nobody states it; None when the cell gives no plain value."""
    try:
        return ast.literal_eval(value)
    except (ValueError, TypeError):
        return None


def find(template: str | Path) -> Template:
    """The template called so in templates/, or the notebook at that path."""
    found = Path(template)
    named = TEMPLATES / f"{template}.ipynb"
    if found.suffix == ".ipynb" or len(found.parts) > 1:
        path = found
    elif named.is_file():
        path = named
    else:
        known = sorted(p.stem for p in TEMPLATES.glob("*.ipynb"))
        near = difflib.get_close_matches(str(template), known, n=1, cutoff=0.4) or known
        raise PlanError("report.unknown_template", found=str(template), near=near)
    if path.is_dir():
        raise PlanError("report.template_is_folder", found=path.name)
    try:
        return Template(path.stem, path.resolve(), path.read_bytes())
    except OSError:
        raise PlanError("report.no_such_file", found=str(template)) from None


def checked(template: Template, client: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """The parameters a run is given: those stated, checked, then the template's defaults.

    Text given for a whole number, a number or a yes/no is read when it can mean only that; text given for
    text stays as it is (`007`). A date given for text is written YYYY-MM-DD.

    Raises
    ------
    PlanError
        A name the template does not have (with the nearest one), one that is missing, or a value of another kind.
    """
    given = {"client": client, **parameters}
    if given["client"] != client:
        raise PlanError("report.two_clients", client=client, found=str(given["client"]))
    known = template.model.model_fields
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.5) or list(known)
            raise PlanError("report.unknown_parameter", found=str(name), template=template.name, near=near)
    given = {name: _read(value, known[name].annotation) for name, value in given.items()}
    try:
        found = template.model.model_validate(given).model_dump()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        if first["type"] == "missing":
            raise PlanError("report.missing_parameter", name=name, template=template.name) from None
        kind = PlanError(f"report.kind_{known[name].annotation.__name__}")
        raise PlanError("report.wrong_kind", name=name, found=str(first["input"]), kind=kind) from None
    if "lang" in found and found["lang"] not in LANGS:
        raise PlanError("report.unknown_language", found=str(found["lang"]), known=list(LANGS))
    if "year" in found and isinstance(found["year"], int) and not 1900 <= found["year"] <= 2200:
        raise PlanError("report.wrong_kind", name="year", found=str(found["year"]), kind=PlanError("report.kind_year"))
    return found


def _read(value: Any, kind: type) -> Any:
    """A value as the template's kind wants it, where it can mean only that; otherwise as it came."""
    if hasattr(value, "item") and not isinstance(value, str | list | dict):
        value = value.item()  # numpy's numbers, which papermill would write as text
    if kind is str and isinstance(value, date):
        return value.isoformat()[:10]
    if not isinstance(value, str):
        return float(value) if kind is float and type(value) is int else value
    text = value.strip()
    if kind is int and re.fullmatch(r"-?(0|[1-9]\d*)", text):
        return int(text)
    if kind is float and re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text)
    if kind is bool and text in ("true", "false"):
        return text == "true"
    return value
