"""Vega-Lite charts as a client's page shows them: a still picture, its title in words, and its data as a table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from html import escape
from typing import Any

from planlib import words
from planlib.report.clean import clean
from planlib.words import word

MIME = re.compile(r"application/vnd\.vegalite\.v\d+(?:\.\d+)*[+.]json")
LOCALE = {"fr": "fr-CA", "en": "en-CA"}
WIDTH = 720  # pixels, for a chart that says it fills its container
CHANNELS = ("row", "column", "facet", "y", "x", "x2", "y2", "color", "shape", "size", "text", "detail")
LABELS = ("nominal", "ordinal")
# What Vega says of each mark to a screen reader is English; the picture has one description, in the page's language.
VEGA_SPEECH = re.compile(r' (?:aria-[a-z]+|role|class|xmlns(?::xlink)?|pointer-events|version)="[^"]*"')


def figure(spec: dict[str, Any], lang: str, ids: set[str]) -> str:
    """The chart as `<figure>`: title and subtitle as text, an SVG with the chart's description, the data as a table.

    The picture is drawn here, with the numbers and dates of `lang`: paper and a browser without scripts need no more.
    The chart itself goes with it, for charts.js to draw anew at the screen's width, with exact figures under the hand.
    """
    title, subtitle = _titles(spec)
    description = _text(spec.get("description")) or title or word("report.chart", lang)
    caption = f'<p class="chart-title">{escape(title)}</p>' if title else ""
    caption += f'<p class="chart-subtitle">{escape(subtitle)}</p>' if subtitle else ""
    svg = clean(_drawn(json.dumps(_plain(spec, titled=bool(title)), sort_keys=True), lang), ids)
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(description)}" ', 1)
    alive = {"spec": _alive(spec, lang, bool(title)), "told": description, "light": word("report.light", lang)}
    return (
        f'<figure role="group" aria-label="{escape(title or description)}">'
        + (f"<figcaption>{caption}</figcaption>" if caption else "")
        + f'<div class="chart" tabindex="0" role="group" aria-label="{escape(word("report.chart", lang))}">{svg}</div>'
        + f'<script type="application/json">{_json(alive)}</script>'
        + clean(_data(spec, lang), ids, scroll_label=word("report.chart_data", lang))
        + "</figure>\n"
    )


def _alive(spec: dict[str, Any], lang: str, titled: bool) -> dict[str, Any]:
    """The chart as the browser draws it, numbers and dates in `lang`; planlib's own charts say so themselves."""
    plain, config = _plain(spec, titled=titled), spec.get("config", {})
    if "locale" in config:
        return plain
    from planlib.charts import theme

    return {**plain, "config": {**config, "locale": theme.locale(lang)}}


def _json(found: dict[str, Any]) -> str:
    """A JSON text with no `<`: it can neither end its element nor start a comment."""
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


@lru_cache(maxsize=512)
def _drawn(spec: str, lang: str) -> str:
    """The picture of a chart. Drawing takes some 50 ms, so an equal chart is drawn once a process."""
    import vl_convert

    svg = vl_convert.vegalite_to_svg(
        spec, format_locale=LOCALE[lang], time_format_locale=LOCALE[lang], allowed_base_urls=[]
    )
    return VEGA_SPEECH.sub("", svg)


def _plain(spec: dict[str, Any], *, titled: bool) -> dict[str, Any]:
    """The chart without the title that the page writes itself, at a stated width."""
    plain = {name: value for name, value in spec.items() if not (titled and name == "title")}
    if plain.get("width") == "container":
        plain["width"] = WIDTH
    return plain


def _titles(spec: dict[str, Any]) -> tuple[str, str]:
    title = spec.get("title")
    if isinstance(title, dict):
        return _text(title.get("text")), _text(title.get("subtitle"))
    return _text(title), ""


def _text(found: Any) -> str:
    """Text or lines of text as one line; anything else (a Vega expression) is none."""
    if isinstance(found, list):
        return " ".join(line for line in found if isinstance(line, str))
    return found if isinstance(found, str) else ""


def _data(spec: dict[str, Any], lang: str) -> str:
    """The rows behind the chart, folded away until asked for: one table for each data set that was made to be read.

    Those whose marks have a tooltip, which is written for people; else those with titled axes; else all.
    """
    sets: dict[str, tuple[list[dict], dict[str, dict], dict[str, dict]]] = {}
    for name, rows, channels in _views(spec, spec.get("datasets", {}), None, {}):
        _, told, drawn = sets.setdefault(name, (rows, {}, {}))
        for field in _tooltip(channels):
            told.setdefault(field["field"], field)
        for field in _drawn_fields(channels):
            if not drawn.get(field["field"], {}).get("title"):
                drawn[field["field"]] = field
    read = [(rows, list(told.values())) for rows, told, _ in sets.values() if len(told) > 1]
    read = read or [(rows, _titled(list(drawn.values()), lang)) for rows, _, drawn in sets.values()]
    if any(fields for _, fields in read):
        read = [(rows, fields) for rows, fields in read if fields]
    else:
        read = [(rows, list(drawn.values())) for rows, _, drawn in sets.values()]
    tables = "".join(_table(fields, rows, lang) for rows, fields in read)
    return f"<details><summary>{word('report.chart_data', lang)}</summary>{tables}</details>" if tables else ""


def _views(spec: dict, datasets: dict, data: dict | None, encoding: dict) -> Iterator[tuple[str, list[dict], dict]]:
    """(name of the data, its rows, channels) of every view of a chart, layered, joined or faceted."""
    data = spec.get("data", data)
    encoding = {**encoding, **spec.get("encoding", {})}
    inside = [view for name in ("layer", "hconcat", "vconcat", "concat") for view in spec.get(name, [])]
    if isinstance(spec.get("spec"), dict):
        inside.append(spec["spec"])
    for view in inside:
        yield from _views(view, datasets, data, encoding)
    if not inside and isinstance(data, dict):
        rows = data.get("values", datasets.get(data.get("name")))
        if isinstance(rows, list) and rows and isinstance(rows[0], dict):
            yield data.get("name") or str(id(rows)), rows, encoding


def _tooltip(encoding: dict) -> list[dict]:
    found = encoding.get("tooltip", [])
    return [field for field in (found if isinstance(found, list) else [found]) if _is_field(field)]


def _drawn_fields(encoding: dict) -> Iterator[dict]:
    """The fields that channels draw, each with its title if it has one."""
    for name in CHANNELS:
        channel = encoding.get(name)
        if _is_field(channel):
            guide = next((channel[g] for g in ("axis", "legend", "header") if isinstance(channel.get(g), dict)), {})
            yield {**channel, "title": _text(channel.get("title")) or _text(guide.get("title"))}


def _is_field(channel: Any) -> bool:
    return isinstance(channel, dict) and isinstance(channel.get("field"), str)


def _titled(fields: list[dict], lang: str) -> list[dict]:
    """The titled fields, and before them what each row is about where its axis has no title."""
    titled = [field for field in fields if field["title"]]
    if titled and not any(field.get("type") in LABELS for field in titled):
        about = [field for field in fields if field.get("type") in LABELS and not field["title"]]
        return [{**field, "title": word("report.row", lang)} for field in about[:1]] + titled
    return titled


def _table(fields: list[dict], rows: list[dict], lang: str) -> str:
    fields = [field for field in fields if any(field["field"] in row for row in rows)]
    lines = dict.fromkeys(tuple(_value(row.get(field["field"]), field, lang) for field in fields) for row in rows)
    if not fields:
        return ""
    head = "".join(
        f'<th scope="col"{_side(field)}>{escape(_text(field.get("title")) or field["field"])}</th>' for field in fields
    )
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td{_side(field)}>{escape(value)}</td>" for field, value in zip(fields[1:], rest, strict=True))
        + "</tr>"
        for first, *rest in lines
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _side(field: dict) -> str:
    return ' class="number"' if field.get("type") == "quantitative" else ""


def _value(found: Any, field: dict, lang: str) -> str:
    """One value as the language writes it; unknown is a dash."""
    if found is None or found == "":
        return "—"
    if isinstance(found, bool):
        return word("report.yes" if found else "report.no", lang)
    if isinstance(found, int | float):
        if field.get("type") not in ("quantitative", None):
            return str(found)
        form = field.get("format") or ""
        return words.percent(found, lang) if str(form).endswith("%") else words.number(found, lang)
    if field.get("type") == "temporal" and (day := re.match(r"\d{4}-\d{2}-\d{2}", str(found))):
        return words.day(date.fromisoformat(day[0]), lang)
    return str(found)
