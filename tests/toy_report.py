"""A small template and a client to make reports of, for the tests of the report engine and of its page."""

from __future__ import annotations

from pathlib import Path

import nbformat

from planlib import clients, store
from planlib.tables import frame

HOSTILE = "</title></script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"

PARAMETERS = 'client = "demo"\nyear = 2025\nlang = "fr"\nnumber = "007"\nrate = 0.5'

CHART = """
rows = [{"action": f"{title} {i}", "cost": 1000.5 * i} for i in range(1, 6)]
spec = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
    "title": {"text": "Deux actions prennent la moitié du budget", "subtitle": f"{name}, n = 5"},
    "description": f"Barres pour {name}.",
    "data": {"values": rows},
    "width": 700,
    "mark": {"type": "bar", "clip": True},
    "encoding": {
        "y": {"field": "action", "type": "nominal", "title": "Action", "sort": "-x"},
        "x": {"field": "cost", "type": "quantitative", "title": "Coût ($)"},
        "tooltip": [
            {"field": "action", "title": "Action"},
            {"field": "cost", "type": "quantitative", "title": "Coût ($)"},
        ],
    },
}
display({"application/vnd.vegalite.v6.json": spec}, raw=True)
"""

TABLE = """
head = "".join(f"<th>{h}</th>" for h in ["", "Responsable", "Échéance", "Coût", "État", "Commentaire"])
line = "".join(f"<td>{c}</td>" for c in ["Coordination du développement", "15 mars 2026", "12 500 $", "fait", "non"])
body = "".join(f"<tr><th>Action {i}</th>{line}</tr>" for i in range(60))
HTML(f"<table><caption>Les actions</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
"""

CELLS = (
    "import logging, os, sys\nfrom IPython.display import HTML, Markdown, display\n"
    f"title = {HOSTILE!r}\nname = f'{{client}} {{year}}'",
    'HTML(f\'<h2 id="fait">Ce qui est fait</h2><p>{title}</p><h3>Détail</h3><p>Voir <a href="#fait">plus haut</a>.\')',
    "Markdown(f'## Coûts\\n\\nDe 5 $ à 10 $ pour {name}. {title}')",
    CHART,
    CHART.replace("rows = ", "title = 'Action'\nrows = "),
    TABLE,
    "logging.warning('journal de bord'); print('erreur interne', file=sys.stderr); len(rows)",
    'print(f\'{client}|{year!r}|{number!r}|{rate!r}|{os.environ["PLANLIB_WORKSPACE"]}|{os.environ["PLANLIB_REPORT"]}\')'
    "\nprint(sys.executable, os.getcwd())",
)


def write(path: Path, *cells: str, parameters: str = PARAMETERS, kernel: str = "python3") -> Path:
    """A template at `path`: a text cell, its parameters cell, then code cells."""
    head = [
        nbformat.v4.new_markdown_cell("# Une note de travail"),
        nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}),
    ]
    spec = {"name": kernel, "display_name": kernel, "language": "python"}
    code = [nbformat.v4.new_code_cell(cell.strip()) for cell in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=head + code, metadata={"kernelspec": spec}), path)
    return path


def new_client(workspace: Path, slug: str = "demo", name: str = "Société d'essai", **look) -> None:
    """A client whose workbook holds one action, written at a fixed time."""
    clients.new(slug, "sdc", name, workspace=workspace, **look)
    with store.open(slug, workspace) as book:
        book.put("action", frame("action", {("A-01",): {"title": "Planter des arbres"}}), by="test", why="first")
