"""The desk: opening a client, showing a table, the review's blocks, and the template that uses them all."""

from __future__ import annotations

import re

import altair as alt
import nbformat
import pandas as pd
import pytest
from test_review import full, plain, plan  # noqa: F401  the plan worked by hand

from planlib import desk, review
from planlib.desk import blocks
from planlib.desk.opened import CHART
from planlib.desk.tables import brief, cell, header, laid
from planlib.schema import CODES, KINDS, PlanError
from planlib.words import LANGS, has_word

TEMPLATE = "templates/annual_review.ipynb"


def test_opening_a_client_offers_its_tables_and_its_review(full, workspace):  # noqa: F811
    here = desk.open_client("essai", lang="fr", today="2025-12-31")
    assert list(here.actions.index) == ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "B1"]
    assert here.settings["update_days"] == 100
    assert len(here.review(2025).done) == 2
    assert next(iter(here.ranking().index)) == "A1"
    assert here.money(12500) == "12\u00a0500\u00a0$"
    assert "10 actions" in plain(here._repr_html_())
    assert "budgets" in dir(here)


def test_the_tables_are_those_of_the_day(full):  # noqa: F811
    full.actions("N1", effective="2026-02-01")
    assert "N1" not in desk.open_client("essai", today="2026-01-31").actions.index
    assert "N1" in desk.open_client("essai", today="2026-02-01").actions.index


def test_the_clients_own_word_stands_for_ours(full):  # noqa: F811
    full.put("glossary", {"term_id": "axis", "fr": "orientation", "en": "direction"})
    assert desk.open_client("essai", lang="fr", today="2026-01-01").word("axis") == "orientation"
    assert desk.open_client("essai", lang="en", today="2026-01-01").word("axis") == "direction"


@pytest.mark.parametrize(
    ("given", "found"),
    [({"lang": "de"}, "There is no language 'de'"), ({"today": "hier"}, "'hier' is not a date")],
)
def test_a_wrong_language_or_day_is_refused_in_a_sentence(full, given, found):  # noqa: F811
    with pytest.raises(PlanError, match=found) as refused:
        desk.open_client("essai", **given)
    assert refused.value.text("fr") != refused.value.text("en")


def test_an_unknown_client_is_named(workspace):
    with pytest.raises(PlanError, match="essay"):
        desk.open_client("essay")


def test_charts_are_plain_vega_lite_unless_someone_is_looking(full, monkeypatch):  # noqa: F811
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    desk.open_client("essai", today="2026-01-01")
    bundle = (
        alt.Chart(alt.Data(values=[{"a": 1}]), description="Un point.").mark_point().encode(x="a:Q")._repr_mimebundle_()
    )
    bundle = bundle[0] if isinstance(bundle, tuple) else bundle
    assert set(bundle) == {CHART, "text/plain"}
    assert bundle["text/plain"] == "Un point."
    monkeypatch.setenv("JPY_SESSION_NAME", "salle")
    asked = []
    monkeypatch.setattr(alt.JupyterChart, "enable_offline", lambda: asked.append("charts in panels"))
    desk.open_client("essai", today="2026-01-01")
    assert alt.renderers.active == "jupyter"
    assert alt.renderers.options["offline"] is True
    assert asked == ["charts in panels"]
    monkeypatch.setenv("PLANLIB_REPORT", "1")
    desk.open_client("essai", today="2026-01-01")
    assert alt.renderers.active == "planlib"


def test_an_error_in_a_notebook_is_one_sentence(full, capsys):  # noqa: F811
    from IPython.testing.globalipapp import start_ipython

    shell = start_ipython()
    if shell is None:
        from IPython import get_ipython

        shell = get_ipython()
    result = shell.run_cell("from planlib import desk\ndesk.open_client('essai', lang='fr').review(1990)")
    told = capsys.readouterr()
    said = plain(told.out + told.err)
    assert isinstance(result.error_in_exec, PlanError)
    assert "aucune action en vigueur pour l’exercice 1990" in said
    assert "Traceback" not in said
    assert "File " not in said


TABLE = pd.DataFrame(
    {
        "title": ["<b>Peindre</b>", "Rue"],
        "title_en": ["<i>Paint</i>", None],
        "status": ["done", None],
        "cost_low": [12500.0, float("nan")],
        "currency": ["CAD", "CAD"],
        "deadline": pd.to_datetime(["2026-03-01", None]),
        "mandatory": pd.array([True, None], dtype="boolean"),
        "inconnue": ["a\nb", ""],
    },
    index=pd.Index(["A-01", "A-02"], name="action_id"),
)


def test_a_table_is_shown_in_the_language_with_nothing_unescaped():
    html = plain(desk.show(TABLE, "fr").html)
    assert "<b>" not in html
    assert "&lt;b&gt;Peindre&lt;/b&gt;" in html
    assert "12 500 $" in html
    assert "1er mars 2026" in html
    assert ">oui<" in html
    assert "réalisé" in html
    assert "currency" not in html
    english = plain(desk.show(TABLE, "en").html)
    assert "&lt;i&gt;Paint&lt;/i&gt;" in english
    assert "Rue" in english  # no translation: the title as adopted
    assert "$12,500" in english
    assert "March 1, 2026" in english


def test_every_header_has_a_scope_and_a_blank_is_a_dash():
    html = desk.show(TABLE, "fr", caption="Plan <1>").html
    assert len(re.findall(r'<th scope="col"', html)) == 7
    assert len(re.findall(r'<th scope="row"', html)) == 2
    assert "<th>" not in html
    assert html.count("—") == 4  # status, cost, deadline and mandatory of A-02
    assert "<caption>Plan &lt;1&gt;</caption>" in html


def test_a_table_is_not_changed_by_being_shown():
    before = TABLE.copy()
    desk.show(TABLE, "fr")
    pd.testing.assert_frame_equal(TABLE, before)


@pytest.mark.parametrize("code", [*CODES["status"], *CODES["health"]])
def test_a_status_is_a_drawn_sign_and_a_word(code, lang):
    column = "status" if code in CODES["status"] else "health"
    told = cell(column, code, lang)
    assert 'aria-hidden="true"' in told
    assert len(re.sub(r"<[^>]*>", "", told)) > 3


def test_a_column_without_words_keeps_its_name(lang):
    assert header("inconnue", lang) == "inconnue"
    assert header("title", lang) == "Action"


BLOCKS = (
    *("head", "figures", "strategy", "decisions", "evidence", "owed", "axis_details", "indicators"),
    *("context", "compared", "next_year", "loads", "annex", "history", "notes"),
)


def test_no_block_lets_through_what_people_wrote(full, lang):  # noqa: F811
    bad = "<script>alert(1)</script>"
    full.put("action", {"action_id": "A4", "title": bad, "title_en": bad, "owner": bad})
    full.put("axis", {"axis_id": "X1", "title": bad, "title_en": bad})
    full.update("A6", "2025-11-01", comment=bad, origin=bad)
    full.put(
        "review", {"fiscal_year": 2025, "action_id": "A5", "learned": bad, "decision": "drop", "decision_text": bad}
    )
    full.put("context", {"context_id": "C1", "text": bad, "where": "outside", "fiscal_year": 2025})
    full.put("indicator", {"indicator_id": "I1", "title": bad, "action_id": "A4", "unit": bad, "collector": bad})
    full.put("decision", {"decision_id": "D1", "fiscal_year": 2025, "text": bad, "costs": bad})
    full.actions("A0")
    found = review.annual(full.book, 2025, draft=True)
    for block in BLOCKS:
        html = getattr(blocks, block)(found, lang).html
        assert "<script" not in html, block
        assert re.findall(r"<th(?!ead| scope)", html) == [], block


def test_page_one_says_unknown_and_never_zero_for_what_nobody_told(full):  # noqa: F811
    html = plain(blocks.figures(review.annual(full.book, 2025), "fr").html)
    assert html.count("inconnu") == 2  # money and indicators
    assert '2 <span class="of">sur 10</span>' in html
    assert "1 sans nouvelles" in html


def test_a_draft_says_so_first_and_lists_by_owner(full):  # noqa: F811
    full.actions("A0", owner="Léa")
    found = review.annual(full.book, 2025, draft=True)
    assert blocks.head(found, "fr").html.startswith('<p class="draft">')
    assert "<h4>Léa</h4><ul><li>A0 Action A0 (motif à donner)</li></ul>" in blocks.owed(found, "fr").html


def test_the_template_is_short_stripped_and_names_no_client_but_the_demo(root):
    notebook = nbformat.read(root / TEMPLATE, as_version=4)
    assert all(not c.outputs and c.execution_count is None for c in notebook.cells if c.cell_type == "code")
    assert all(len(c.source.splitlines()) <= 10 for c in notebook.cells if c.cell_type == "code")
    assert not any("def " in c.source or "/" in c.source for c in notebook.cells if c.cell_type == "code")
    tags = [c.metadata.get("tags") for c in notebook.cells if c.metadata.get("tags")]
    assert [found for found in tags if found != ["slide"]] == [["parameters"], ["check"]]


@pytest.fixture(params=LANGS)
def run(request, full, root):  # noqa: F811
    """The template's cells run in order in one space, as a kernel does, on the plan worked by hand."""
    full.actions("A0")
    space: dict = {}
    for code in (c for c in nbformat.read(root / TEMPLATE, as_version=4).cells if c.cell_type == "code"):
        exec(compile(code.source, code.id, "exec"), space)
        if code.metadata.get("tags") == ["parameters"]:
            space |= {"client": "essai", "year": 2025, "lang": request.param}
    return space


def test_the_template_runs_in_both_languages_and_its_check_holds(run):
    assert len(run["found"].blanks) == 1
    assert len(run["counted"]) == 11


def test_the_check_cell_bites(run, root):
    check = nbformat.read(root / TEMPLATE, as_version=4).cells[-1]
    object.__setattr__(run["found"], "done", run["found"].done.iloc[1:])
    with pytest.raises(AssertionError, match="lost or counted twice"):
        exec(check.source, run)


def test_plain_papermill_gives_charts_that_a_page_can_draw(full, root, tmp_path, monkeypatch):  # noqa: F811
    import papermill

    monkeypatch.chdir(root)
    out = tmp_path / "out.ipynb"
    papermill.execute_notebook(
        TEMPLATE, str(out), parameters={"client": "essai", "year": 2025, "lang": "fr"}, progress_bar=False
    )
    notebook = nbformat.read(out, as_version=4)
    kinds = [kind for c in notebook.cells for o in c.get("outputs", []) for kind in o.get("data", {})]
    assert kinds.count(CHART) == 3  # reasons, axes, the year; this plan has no indicator
    titles = re.findall(
        r"<h2>(.*?)</h2>", "".join(o.data.get("text/html", "") for c in notebook.cells for o in c.get("outputs", []))
    )
    assert titles[:3] == ["L’année en un coup d’œil", "Trois décisions à prendre", "Ce qui n’est pas fait, et pourquoi"]


@pytest.mark.parametrize("name", KINDS)
def test_every_column_of_the_workbook_has_its_header_in_words(name, lang):
    kind = KINDS[name]
    for column in (*kind.keys, *kind.columns):
        assert has_word(f"column.{column}"), f"{name}.{column} has no header"
        assert "_" not in header(column, lang)
    assert len({header(c, lang) for c in kind.keys}) == len(kind.keys), "two keys under one header"


def test_where_a_row_came_from_shows_only_when_it_is_asked_for():
    table = pd.DataFrame(
        {"title": ["Animer"], "origin": ["plan.xlsx, ligne 4"], "cost_found": ["5-8 k$"], "lang": ["fr"]},
        index=pd.Index(["A1"], name="action_id"),
    )
    assert "plan.xlsx" not in desk.show(table, "fr").html and "5-8 k$" not in desk.show(table, "fr").html
    asked = desk.show(table, "fr", columns=["origin", "cost_found"]).html
    assert "plan.xlsx, ligne 4" in asked and ">Provenance<" in asked and ">Coût, tel qu’écrit<" in asked


def test_the_title_of_an_axis_is_not_headed_action():
    axes = pd.DataFrame({"title": ["Animer"]}, index=pd.Index(["X1"], name="axis_id"))
    assert ">Title<" in desk.show(axes, "en").html and ">Action<" not in desk.show(axes, "en").html
    assert ">Action<" in desk.show(axes.rename_axis("action_id"), "en").html


def test_a_card_names_three_actions_briefly_and_counts_the_others(full, lang):  # noqa: F811
    long = "Revoir " + "la programmation des terrasses " * 100
    for n in range(1, 8):
        full.actions(f"L{n}", title=long)
        full.update(f"L{n}", "2025-06-01", "partly", reason="time", decision="continue")
    cards = blocks.decisions(review.annual(full.book, 2025), lang).html
    told = [plain(card) for card in re.findall(r'<p class="about">(.*?)</p>', cards)]
    continued = next(card for card in told if "L1" in card)  # A4 and the seven
    assert {"fr": "et 5 autres", "en": "and 5 more"}[lang] in continued
    assert {"fr": " ; ", "en": "; "}[lang] in continued
    assert len(continued) < 3 * 90 + 20 and "…" in continued
    assert "Revoir la programmation des terrasses la programmation" in continued, "the beginning is kept"


@pytest.mark.parametrize(
    ("title", "told"),
    [("court", "court"), ("m" * 80, "m" * 80), ("m" * 81, "m" * 79 + "…"), ("mot, " * 20, "mot, " * 15 + "mot…")],
)
def test_a_title_is_cut_between_two_words_at_eighty_characters(title, told):
    assert brief(title) == told
    assert len(brief(title)) <= 80


def test_a_title_known_in_one_language_is_marked_on_the_page_in_the_other(full):  # noqa: F811
    full.put("action", {"action_id": "A4", "title": "Fêter", "lang": "fr"})
    full.put("action", {"action_id": "A5", "title": "Peindre", "title_en": "Paint", "lang": "fr"})
    found = review.annual(full.book, 2025)
    english, french = (blocks.evidence(found, lang).html for lang in ("en", "fr"))
    assert '<span lang="fr">Fêter</span>' in english and '<span lang="fr">' not in french
    assert '<span lang="fr">Paint' not in english and "Action A6" in english  # not known of which language


@pytest.mark.parametrize("template", ["annual_review", "action_plan"])
def test_a_year_given_to_a_template_as_text_is_refused_in_one_sentence(full, root, template):  # noqa: F811
    notebook = nbformat.read(root / f"templates/{template}.ipynb", as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    given = {"client": "essai", "year": "2025", "lang": "fr", "edition": "internal", "today": "2025-12-31"}
    with pytest.raises(PlanError, match="fiscal year asked for is '2025'"):
        for cell in cells[1:3]:
            exec(cell.source, given)


def test_a_head_with_a_quote_in_it_stays_one_attribute():
    page = laid("x", ["Action", 'Le "porteur" onclick=hack()'], [("", [["A-1", "Comité"]])]).html
    assert '<td data-head="Le &quot;porteur&quot; onclick=hack()">Comité</td>' in page
