"""Every word a person reads, in French and English: sentences, labels, money, numbers, dates, typography."""

from __future__ import annotations

import re
import string
from datetime import date, datetime
from functools import cache, lru_cache
from numbers import Integral, Real
from pathlib import Path

import yaml
from babel import dates, numbers

from planlib.tongue import Noun, Tongue, noun, spoken

LANGS = ("fr", "en")
# Closed lists whose labels a client may rename, never their codes.
LABELLED = ("status", "health", "reason", "decision", "level", "horizon", "priority", "part", "source_status", "size")
LOCALES = {"fr": "fr_CA", "en": "en_CA"}
WORDING = Path(__file__).with_name("wording")

LABEL = re.compile(r"\[([a-z_]+\.[a-z_]+)\]")  # a label inside a sentence, as this client has it: [status.dropped]

NBSP = "\u00a0"
THIN = "\u202f"


@cache
def wording(room: str) -> dict[str, dict]:
    """The sentences of one room: key without the room -> {fr, en}. Read once; empty when the room has none."""
    path = WORDING / f"{room}.yaml"
    if not path.is_file():
        return {}
    text = path.read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}  # noqa: S506 both loaders are safe


def rooms() -> list[str]:
    """Names of the wording files, sorted."""
    return sorted(path.stem for path in WORDING.glob("*.yaml"))


def has_word(key: str) -> bool:
    """Whether a key such as 'status.done' exists."""
    room, _, name = key.partition(".")
    return name in wording(room)


def word(key: str, lang: str, /, **facts) -> str:
    """The sentence or label `key` in `lang`, with its facts filled in and set in the language's typography.

    A fact that is a number or a date is written as the language writes it; `n` chooses the plural form
    (in French 0 and 1 are singular). A `Tongue` says it in the client's own words. An unknown key is a KeyError:
    a programmer's mistake, not a person's.
    """
    form = ""
    if "n" in facts:
        n = facts["n"]
        form = "one" if isinstance(n, Real) and (n < 2 if lang == "fr" else n == 1) else "other"
    if isinstance(lang, Tongue):
        template = lang.said.get((key, form))
        if template is None:
            template = lang.said[key, form] = _template(key, lang, form)
    else:
        template = _house_template(key, lang, form)
    return _Sentence(lang).vformat(template, (), facts) if facts else template


@cache
def _house_template(key: str, lang: str, form: str) -> str:
    return _template(key, lang, form)


def _template(key: str, lang: str, form: str) -> str:
    """A sentence as this language or client says it, its facts still to fill."""
    own = lang.labels.get(key) if isinstance(lang, Tongue) else None
    if own is not None:
        return typography(own, lang)
    room, _, name = key.partition(".")
    try:
        entry = wording(room)[name][lang]
    except KeyError:
        raise KeyError(f"no wording for {key!r} in {lang!r}") from None
    if isinstance(entry, dict):
        entry = entry[form]
    entry = LABEL.sub(lambda label: _template(label[1], lang, ""), entry)
    return typography(spoken(entry, lang, house_nouns(str(lang))), lang)


def own_words(lang: str, glossary: list[dict]) -> Tongue:
    """The language with a client's glossary in it; each row is a term_id and its words, as `schema` has them."""
    nouns, labels = {}, {}
    for row in glossary:
        term, one = row["term_id"], row[str(lang)]
        if term in house_nouns(str(lang)):
            other, gender = row.get(f"{lang}_plural"), row.get("fr_gender")
            nouns[term] = noun(lang, one, _stated(other), _stated(gender))
        elif has_word(term):
            labels[term] = one
    return Tongue(lang, nouns, labels)


def house_labels(codes: str, code: str) -> list[str]:
    """The house's labels of a code in every language; none when the list has no words."""
    key = f"{codes}.{code}"
    return [word(key, lang) for lang in LANGS] if has_word(key) else []


def known_terms() -> list[str]:
    """What a glossary may rename: the nouns that sentences mark, and the labels of the closed lists people read."""
    labels = [f"{room}.{code}" for room in LABELLED for code in wording(room)]
    return [*wording("term"), *labels]


def _stated(value) -> str | None:
    return value if isinstance(value, str) else None


@cache
def house_nouns(lang: str) -> dict[str, Noun]:
    """What the house calls each thing that a client may call otherwise: term -> its noun."""
    found = {}
    for term, entry in wording("term").items():
        found[term] = noun(lang, *(entry[lang][form].strip("[]") for form in ("one", "other")))
    return found


class _Sentence(string.Formatter):
    """Fills {facts}, writing numbers, dates and lists as the language does; words as found stay as found."""

    def __init__(self, lang: str):
        self._lang = lang

    def format_field(self, value, format_spec: str) -> str:
        if format_spec:
            return format(value, format_spec)
        if isinstance(value, bool):
            return str(value)
        if hasattr(value, "text"):  # a PlanError told inside another sentence
            return value.text(self._lang)
        if isinstance(value, Integral | Real):
            return number(value, self._lang)
        if isinstance(value, date):
            return day(value, self._lang)
        if isinstance(value, list | tuple):
            return listing([self.format_field(item, "") for item in value], self._lang)
        return str(value)


def typography(text: str, lang: str) -> str:
    """French text with Québec's no-break spaces (OQLF): before : % $ and inside « », thin before ; ! ?."""
    if lang != "fr":
        return text
    text = re.sub(r"(?<=\S) (?=[:%$»])", NBSP, text)
    text = re.sub(r"« ", f"«{NBSP}", text)
    text = re.sub(r"(?:(?<=\S)|^) (?=[;!?])", THIN, text)
    return re.sub(r"(?<!\d)\d{1,3}(?: \d{3})+(?!\d)", lambda figure: figure[0].replace(" ", NBSP), text)


def number(value: float, lang: str, digits: int | None = None) -> str:
    """A number as the language writes it; `digits` fixes the decimals, otherwise at most two are shown."""
    return _number(0 if value == 0 else value, str(lang), digits)  # no "-0"


@lru_cache(maxsize=4096)
def _number(value: float, lang: str, digits: int | None) -> str:
    """A page says few figures, each many times, and Babel takes its time over each."""
    pattern = "#,##0" + (f".{'0' * digits}" if digits else "" if digits == 0 else ".##")
    return _spaced(numbers.format_decimal(value, format=pattern, locale=LOCALES[lang]))


def percent(share: float, lang: str, digits: int = 0) -> str:
    """A share in [0, 1] as a percentage: 62 % in French, 62% in English."""
    figure = number(share * 100, lang, digits)
    return f"{figure}{NBSP}%" if lang == "fr" else f"{figure}%"


def money(amount: float | None, lang: str, currency: str = "CAD") -> str:
    """An amount with its currency, without cents unless it has some: 12 500 $ or $12,500. Unknown is a dash."""
    if amount is None or amount != amount:
        return "—"
    digits = 0 if float(amount).is_integer() else 2
    figure = number(amount, lang, digits)
    symbol = {"CAD": "$", "EUR": "€"}.get(currency)
    if lang == "fr":
        return f"{figure}{NBSP}{symbol or currency}"
    sign = "-" if figure.startswith("-") else ""
    return f"{sign}{symbol}{figure.removeprefix('-')}" if symbol else f"{currency}{NBSP}{figure}"


@lru_cache(maxsize=4096)
def day(value: date | datetime | None, lang: str) -> str:
    """A date in words: 15 mars 2026, 1er avril 2026; March 15, 2026. Unknown is a dash."""
    if value is None or value != value:
        return "—"
    text = dates.format_date(value, format="d MMMM y" if lang == "fr" else "MMMM d, y", locale=LOCALES[lang])
    if lang == "fr":
        text = re.sub(r"^1 ", "1er ", text).replace(" ", NBSP)
    return text


def month(value: date, lang: str) -> str:
    """A month in words: mars 2026, March 2026."""
    return dates.format_date(value, format="MMMM y", locale=LOCALES[lang])


def year_name(year: int, fiscal_start: str = "01-01") -> str:
    """The fiscal year that starts in `year`: 2026, or 2026-2027 when it does not start in January."""
    return str(year) if fiscal_start == "01-01" else f"{year}-{year + 1}"


def listing(items: list[str], lang: str) -> str:
    """Items joined as a sentence does: a, b et c; a, b and c."""
    items = [str(item) for item in items]
    if len(items) < 2:
        return "".join(items)
    joint = " et " if lang == "fr" else " and "
    return ", ".join(items[:-1]) + joint + items[-1]


def series(items: list[str], lang: str) -> str:
    """Titles one after the other, which may hold commas: a; b; c."""
    return f"{THIN if lang == 'fr' else ''}; ".join(items)


def _spaced(figure: str) -> str:
    """Babel writes French thousands with U+202F; the house uses the plain no-break space of `12 500 $`."""
    return figure.replace(THIN, NBSP)
