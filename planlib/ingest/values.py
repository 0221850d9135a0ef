"""Words of a cell -> numbers, money, shares, codes and flags, in French and English; the words stay beside the value.

Dates and periods are read in `when.py` and offered here too; whole columns are read in `columns.py`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from planlib.ingest.records import fold, plain
from planlib.ingest.when import UNKNOWN, When, parse_when
from planlib.schema import PlanError

__all__ = [
    "UNKNOWN",
    "Money",
    "When",
    "currency_of",
    "is_unknown",
    "number_forms",
    "parse_code",
    "parse_flag",
    "parse_money",
    "parse_number",
    "parse_share",
    "parse_when",
    "strip_html",
]

# A number as a person writes it; the reading of its separators is settled by `number_forms`.
FIGURE = r"\d(?:[\d.,'’ ]*\d)?"

TIMES = {
    "k": 3, "mille": 3, "milliers": 3, "thousand": 3, "m": 6, "million": 6, "millions": 6, "mio": 6,
    "g": 9, "md": 9, "mds": 9, "bn": 9, "milliard": 9, "milliards": 9, "billion": 9, "billions": 9,
}  # fmt: skip
CURRENCIES = {
    "$": "CAD", "$ ca": "CAD", "$ca": "CAD", "ca$": "CAD", "c$": "CAD", "cad": "CAD", "$ cad": "CAD", "cad$": "CAD",
    "$ can": "CAD", "$can": "CAD", "dollar": "CAD", "dollars": "CAD", "dollars canadiens": "CAD",
    "us$": "USD", "$ us": "USD", "$us": "USD", "usd": "USD", "$ usd": "USD", "usd$": "USD",
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP", "gbp": "GBP",
}  # fmt: skip
_SIGNS = "|".join(sorted(map(re.escape, CURRENCIES), key=len, reverse=True))
_TIMES = "|".join(sorted(TIMES, key=len, reverse=True))
AMOUNT = re.compile(
    rf"(?P<before>{_SIGNS})? ?(?P<figure>{FIGURE}) ?(?:(?P<times>{_TIMES})(?![a-z]))?"
    rf"(?: ?(?:de |d')?(?P<after>{_SIGNS})(?![a-z]))?"
)
ENGLISH_GROUPS = re.compile(r"\d{1,3}(?:,\d{3})+")
SIGN_IN_FRONT = re.compile(rf"(?:{_SIGNS}) ?{ENGLISH_GROUPS.pattern}(?![\d,.])")
PLAIN_AMOUNT = re.compile(r"(?P<figure>\d{1,3}(?: \d{3})+|\d+)(?P<cents>,\d\d?|\.\d\d?)? ?(?P<sign>\$|€)?")

ABOUT = re.compile(r"^(?:env(?:\.|iron)?|~|≈|approx(?:\.|imativement|imately)?|about|around|autour de|pres de|circa) ?")
ABOUT_AFTER = re.compile(
    r" ?\(?\b(?:environ|env|approx|approximatif|approximativement|estime|estimee?|estimation|estimated?|est)\b\.?\)?$"
)
TAXES = re.compile(r" ?\(?\b(ht|ttc|hors taxes|taxes incluses|plus taxes|taxes en sus|before tax|tax included)\b\)?$")
RATE = re.compile(r"(?:/ ?|\bpar |\bper |\ba )(?:an|annee|mois|jour|heure|semaine|year|month|day|hour|week)\b")
BETWEEN = re.compile(r"^(?:entre|between|de|from) (?P<low>.+?) (?:et|and|a|to) (?P<high>.+)$")
DASHED = re.compile(r"^(?P<low>.*\d.*?) ?(?:-| a | to ) ?(?P<high>\D*\d.*)$")
AT_MOST = re.compile(r"^(?:moins de|less than|under|max(?:imum)?\.?(?: de)?|jusqu'a|up to|au plus|at most|<=?|≤) ?")
AT_LEAST = re.compile(r"^(?:plus de|more than|over|min(?:imum)?\.?(?: de)?|a partir de|au moins|at least|>=?|≥) ?")
AND_MORE = re.compile(r" ?(?:\+|et plus|ou plus|and more|and up|or more)$")

FLAGS = {
    **dict.fromkeys(("oui", "o", "yes", "y", "vrai", "true", "x", "1", "✓", "✔", "✅", "☑"), True),
    **dict.fromkeys(("non", "n", "no", "faux", "false", "0", "✗", "✘", "❌", "☐"), False),
}
TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", re.S)
BREAK = re.compile(r"<\s*(?:br|/p|/div|/li|/tr|/h[1-6])\b[^<>]*>", re.I)
ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]{2,8});")


class Money(tuple):
    """(low, high, found), with `currency` (code, or None when none is written) and `note` beside.

    Notes: '' · 'about' · 'range' (use the midpoint, flagged) · 'at_most' (low unknown) · 'at_least' (high unknown) ·
    'expanded' (50 k$) · 'none' (free of charge). Notes that hold together are joined by ' '.
    """

    currency: str | None
    note: str

    def __new__(cls, low: float | None, high: float | None, found: str, currency: str | None = None, note: str = ""):
        money = super().__new__(cls, (low, high, found))
        money.currency, money.note = currency, note
        return money

    def __getnewargs__(self):
        return (*self, self.currency, self.note)


def parse_money(text: object, decimal: str | None = None) -> Money:
    """Words of a cell -> (low, high, found): amounts in the currency written, None where unknown.

    Parameters
    ----------
    text : str
        `12 500 $`, `1 250,50`, `50 k$`, `entre 5 000 et 10 000 $`, `n.d.` ... as found in the file.
    decimal : "," or "."
        The decimal sign of the file. Needed only where both readings stand (`1,250`, `12.500`); `$1,250`, with
        its sign in front, is the English form.

    Returns
    -------
    Money
        Unpacks to low, high, found; `.currency` and `.note` beside. `$` is CAD. Unknown words and blanks give
        None, None: never zero. `moins de 5 000 $` has no low, `5 000 $ et plus` no high.

    Raises
    ------
    PlanError
        Two readings stand, the amount is negative or per year or month, a size ($$) stands for an amount, a
        character was lost (`8?000 $`), or the words are not an amount.
    """
    found = "" if text is None or text != text else str(text)
    words = plain(found)
    quick = PLAIN_AMOUNT.fullmatch(words)
    if quick and decimal is None:
        figure = quick["figure"].replace(" ", "") + (quick["cents"] or "").replace(",", ".")
        return Money(float(figure), float(figure), found, CURRENCIES.get(quick["sign"] or ""))
    if is_unknown(words):
        return Money(None, None, found)
    if re.fullmatch(r"[$€]{1,5}", words):
        raise PlanError("parse.money_size", found=found)
    folded = _money_words(words)
    if re.search(r"\d\?\d", folded):
        raise PlanError("parse.lost_character", found=found)
    if re.fullmatch(rf"\((?:{_SIGNS})? ?{FIGURE} ?(?:{_SIGNS})?\)|[-−] ?(?:{_SIGNS})? ?{FIGURE}.*|\$ ?-.*", folded):
        raise PlanError("parse.money_negative", found=found)
    if RATE.search(folded):
        raise PlanError("parse.money_rate", found=found)
    if folded in {"gratuit", "sans frais", "free", "free of charge", "aucun cout", "no cost", "nil"}:
        return Money(0.0, 0.0, found, None, "none")
    notes = []
    folded = TAXES.sub("", folded).strip()
    if about := ABOUT.match(folded) or ABOUT_AFTER.search(folded):
        notes.append("about")
        folded = (folded[: about.start()] + folded[about.end() :]).strip()
    low, high, currency = _amounts(folded, decimal, found, notes)
    return Money(low, high, found, currency, " ".join(notes))


def _amounts(folded: str, decimal: str | None, found: str, notes: list[str]) -> tuple:
    """One amount, a bound or a range -> (low, high, currency); what was noticed goes to `notes`."""
    for bound, note in ((AT_MOST, "at_most"), (AT_LEAST, "at_least"), (AND_MORE, "at_least")):
        if match := bound.search(folded):
            rest = folded[: match.start()] + folded[match.end() :]
            amount, times, currency = _amount(rest, decimal, found)
            notes += [note] + ["expanded"] * bool(times)
            return (None, amount, currency) if note == "at_most" else (amount, None, currency)
    for form in (BETWEEN, DASHED):
        if match := form.match(folded):
            low, low_times, low_currency = _amount(match["low"], decimal, found)
            high, high_times, high_currency = _amount(match["high"], decimal, found)
            if high_times and not low_times and low * high_times <= high:
                low *= high_times  # "5 à 10 k$": the k is meant for both
            if low > high or (low_currency and high_currency and low_currency != high_currency):
                raise PlanError("parse.money_range", found=found)
            notes += ["range"] + ["expanded"] * bool(low_times or high_times)
            return low, high, high_currency or low_currency
    amount, times, currency = _amount(folded, decimal, found)
    notes += ["expanded"] * bool(times)
    return amount, amount, currency


def _amount(folded: str, decimal: str | None, found: str) -> tuple[float, int, str | None]:
    """One amount -> (number, multiplier or 0, currency)."""
    match = AMOUNT.fullmatch(folded.strip())
    if not match or (match["before"] and match["after"] and match["before"] != match["after"]):
        raise PlanError("parse.money_unread", found=found)
    sign = match["before"] or match["after"]
    times = 10 ** TIMES[match["times"]] if match["times"] else 0
    if match["before"] and decimal is None and ENGLISH_GROUPS.fullmatch(match["figure"]):
        decimal = "."  # "$1,250": a sign in front is the English form, where the comma groups
    # "1,250 M$" is a decimal: nobody groups thousands in front of a multiplier.
    figure = _figure(match["figure"], decimal, found, grouped=not times)
    return float(figure * (times or 1)), times, CURRENCIES.get(sign) if sign else None


def _money_words(words: str) -> str:
    """Folded words for the money grammar; 'm$' and 'K $' become 'm $' and 'k $'."""
    folded = fold(words)
    folded = re.sub(rf"(?<=\d) ?({_TIMES})(?=[$€£])", r" \1 ", folded)
    return folded.replace("−", "-").strip()


def currency_of(text: object) -> str | None:
    """The currency a header names (`Montant € HT` is EUR, `Coût ($)` is CAD), None when it names none."""
    folded = fold(text)
    found = {CURRENCIES[sign] for sign in re.findall(rf"(?<![a-z])(?:{_SIGNS})(?![a-z])", folded)}
    return found.pop() if len(found) == 1 else None


def number_forms(text: object) -> set[str]:
    """The decimal signs under which every figure of a cell can be read: {','}, {'.'} or both.

    `12.500,00` proves ',', `12,500.00` and `$12,500` prove '.', `1,250` and `12 500` prove nothing.
    """
    forms = {"."} if SIGN_IN_FRONT.search(fold(text)) else {",", "."}
    for figure in re.findall(FIGURE, plain(text)):
        forms &= {sign for sign in (",", ".") if _read(figure, sign) is not None}
    return forms


def _read(figure: str, decimal: str) -> Decimal | None:
    """A figure under one decimal sign, None when it cannot be read so. Groups are of three."""
    other = "." if decimal == "," else ","
    whole, point, part = figure.partition(decimal)
    if point and not part.isdigit():
        return None
    groups = re.split(rf"[ '’{re.escape(other)}]", whole)
    if len(groups) > 1:
        signs = set(re.findall(rf"[ '’{re.escape(other)}]", whole))
        if len(signs) > 1 or not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:]):
            return None
        if groups[0].startswith("0"):
            return None
    if not all(group.isdigit() for group in groups):
        return None
    return Decimal("".join(groups) + ("." + part if point else ""))


def _figure(figure: str, decimal: str | None, found: str, grouped: bool = True) -> Decimal:
    """A figure as a number; PlanError when two readings stand and `decimal` does not settle them, or none stands."""
    figure = figure.strip()
    readings = {sign: value for sign in (",", ".") if (value := _read(figure, sign)) is not None}
    if decimal is not None:
        if decimal not in readings:
            raise PlanError("parse.number_other_form" if readings else "parse.number_unread", found=found)
        return readings[decimal]
    if not readings:
        raise PlanError("parse.number_unread", found=found)
    values = set(readings.values())
    if len(values) == 1:
        return values.pop()
    if not grouped:
        return min(values)
    raise PlanError("parse.number_two_ways", found=found, first=str(min(values)), second=str(max(values)))


def is_unknown(text: object) -> bool:
    """Whether the words say that the value is not known: blank, `n.d.`, `à déterminer`, `—` ..."""
    words = plain(text)
    return not words or fold(words) in UNKNOWN or not words.strip("-–—.…?_/ ")


def parse_number(text: object, decimal: str | None = None) -> tuple[float | None, str]:
    """A bare number -> (value, found); a sign in front is kept; unknown is None; two readings raise PlanError."""
    found = "" if text is None or text != text else str(text)
    words = plain(found).replace("−", "-")
    if is_unknown(words):
        return None, found
    match = re.fullmatch(rf"(?P<sign>[-+])? ?(?P<figure>{FIGURE})", words)
    if not match:
        raise PlanError("parse.number_unread", found=found)
    value = float(_figure(match["figure"], decimal, found))
    return (-value if match["sign"] == "-" else value), found


def parse_share(text: object, *, percent: bool | None = None, decimal: str | None = None) -> tuple[float | None, str]:
    """A share -> (value in [0, 1], found). `50 %` is 0.5; a bare number is a percentage when `percent` says so,
    a share when it is at most 1; a bare `50`, or a share outside [0, 1], raises PlanError."""
    found = "" if text is None or text != text else str(text)
    words = plain(found)
    if is_unknown(words):
        return None, found
    written = re.fullmatch(r"(.*\d) ?(?:%|p\. ?100|pour cent|percent)", words, re.I)
    value, _ = parse_number(written[1] if written else words, decimal)
    if written or percent:
        value = round(value / 100, 12)
    if not 0 <= value <= 1:
        raise PlanError("parse.share_outside", found=found)
    return value, found


def parse_code(text: object, codes: Iterable[str], synonyms: Mapping[str, str] | None = None) -> tuple[str | None, str]:
    """Words -> (code, found), whatever the case, the accents and the spaces; blank is None.

    `synonyms` gives the code of other words ("élevé": "essential"). A word that is neither raises PlanError.
    """
    found = "" if text is None or text != text else str(text)
    if not plain(found):
        return None, found
    codes = tuple(codes)
    known = {fold(word): code for word, code in (synonyms or {}).items()}
    known |= {fold(code): code for code in codes} | {fold(code.replace("_", " ")): code for code in codes}
    code = known.get(fold(found))
    if code is None:
        raise PlanError("parse.code_unknown", found=found, known=list(codes))
    return code, found


def parse_flag(text: object) -> tuple[bool | None, str]:
    """Oui/non, yes/no, vrai/faux, x, ✓ -> (flag, found); unknown is None; other words raise PlanError."""
    found = "" if text is None or text != text else str(text)
    if is_unknown(found):
        return None, found
    flag = FLAGS.get(fold(found))
    if flag is None:
        raise PlanError("parse.flag_unread", found=found)
    return flag, found


def strip_html(text: str) -> str:
    """The words of a text that holds HTML tags or entities, a line per paragraph; other text is given back as it is."""
    if "<" not in text and "&" not in text:
        return text
    if not TAG.search(text) and not ENTITY.search(text):
        return text
    words = html.unescape(TAG.sub("", BREAK.sub("\n", text)))
    lines = (" ".join(line.split()) for line in words.splitlines())
    return "\n".join(line for line in lines if line)
