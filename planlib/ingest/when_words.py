"""The words and forms of dates and periods, folded, in French and English: what `when` reads."""

from __future__ import annotations

import re

from planlib.ingest.records import fold

# Words, folded, that say a value is not known.
UNKNOWN = frozenset(
    fold(word)
    for word in (
        "n.d.", "nd", "n/d", "n.a.", "na", "n/a", "#n/a", "nsp", "s.o.", "s/o", "sans objet", "inconnu", "inconnue",
        "à déterminer", "a déterminer", "à définir", "à préciser", "à venir", "à confirmer", "à évaluer", "à chiffrer",
        "à valider", "à fixer", "à compléter", "non déterminé", "non déterminée", "non disponible", "non défini",
        "non définie", "non chiffré", "indéterminé", "indéterminée", "ne sait pas", "tbd", "t.b.d.", "tbc", "tba",
        "to be determined", "to be defined", "to be confirmed", "to be announced", "unknown", "not known",
        "not available", "not applicable", "undetermined", "not set", "nan", "null", "(vide)", "(blank)",
    )
)  # fmt: skip

# Words, folded, that name a horizon or a rhythm: only the client's own table can date them.
HORIZONS = frozenset(
    fold(word)
    for word in (
        "court terme", "à court terme", "moyen terme", "à moyen terme", "long terme", "à long terme", "ct", "mt", "lt",
        "court/moyen terme", "moyen/long terme", "court à moyen terme", "moyen à long terme",
        "short term", "short-term", "medium term", "medium-term", "mid-term", "long term", "long-term",
        "en continu", "continu", "en cours", "permanent", "récurrent", "annuel", "annuellement", "chaque année",
        "tous les ans", "ongoing", "continuous", "permanently", "recurring", "annual", "annually", "yearly",
        "every year", "immédiat", "immédiatement", "dès que possible", "immediate", "asap", "as soon as possible",
        "an 1", "an 2", "an 3", "an 4", "an 5", "année 1", "année 2", "année 3", "année 4", "année 5",
        "year 1", "year 2", "year 3", "year 4", "year 5",
    )
)  # fmt: skip

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan january", "fevrier fevr fev february feb", "mars march mar", "avril avr april apr",
            "mai may", "juin june jun", "juillet juil july jul", "aout august aug",
            "septembre sept sep september", "octobre oct october", "novembre nov november",
            "decembre dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
# First month and length of a season; the winter of 2027 begins in December 2026.
SEASONS = {
    "printemps": 3, "spring": 3, "ete": 6, "summer": 6, "automne": 9, "fall": 9, "autumn": 9, "hiver": 12, "winter": 12,
}  # fmt: skip
ORDINALS = {
    "1": 1, "1er": 1, "1re": 1, "1st": 1, "premier": 1, "premiere": 1, "first": 1,
    "2": 2, "2e": 2, "2eme": 2, "2nd": 2, "deuxieme": 2, "second": 2, "seconde": 2,
    "3": 3, "3e": 3, "3eme": 3, "3rd": 3, "troisieme": 3, "third": 3,
    "4": 4, "4e": 4, "4eme": 4, "4th": 4, "quatrieme": 4, "fourth": 4, "dernier": 4, "last": 4,
}  # fmt: skip
PARTS = {
    "debut": 0, "early": 0, "beginning of": 0, "start of": 0,
    "mi": 1, "milieu": 1, "mid": 1, "middle of": 1,
    "fin": 2, "late": 2, "end of": 2,
}  # fmt: skip

MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
SEASON_NAME = "|".join(SEASONS)
_ORDINAL = "|".join(sorted(ORDINALS, key=len, reverse=True))
PART_NAME = "|".join(sorted(PARTS, key=len, reverse=True))
_DAY = r"(?P<day>\d{1,2})(?:er|st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})"
_OF = r"(?:de |d'|of |en |du |, )?"
_WEEKDAY = (
    r"(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun)[.,]? )?"
)
_TIME = (
    r"(?:(?: a | at |[t ])\d{1,2} ?[:h] ?\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]\.?m\.?)?"
    r"(?: ?[a-z]{1,4})?(?: ?[+-]\d{1,2}(?::?\d{2})?)?)?"
)

ISO_DAY = re.compile(rf"{_YEAR}[-/.](?P<month>\d{{1,2}})[-/.]{_DAY}{_TIME}")
NUMERIC_DAY = re.compile(
    rf"{_WEEKDAY}(?P<a>\d{{1,2}})(?P<sep>[-/.])(?P<b>\d{{1,2}})(?P=sep)(?P<c>\d{{4}}|\d{{2}}){_TIME}"
)
NAMED_DAY = re.compile(
    rf"{_WEEKDAY}{_DAY}[ /-](?:de )?(?P<month>{MONTH})\.?(?:,? |[/-])(?P<year>\d{{4}}|\d{{2}}){_TIME}"
)
ENGLISH_DAY = re.compile(rf"{_WEEKDAY}(?P<month>{MONTH})\.? {_DAY},? {_YEAR}{_TIME}")
ISO_MONTH = re.compile(rf"{_YEAR}[-/.](?P<month>\d{{1,2}})")
NUMERIC_MONTH = re.compile(rf"(?P<month>\d{{1,2}})[-/.]{_YEAR}")
NAMED_MONTH = re.compile(rf"(?P<month>{MONTH})\.?(?: {_OF}|[-/.])?(?:{_YEAR}|(?<=[-/])(?P<short>\d{{2}}))")
QUARTER = re.compile(rf"[tq](?P<part>[1-4])[ /-]?{_OF}(?P<span>\d{{4}}(?: ?[-/] ?\d{{2,4}})?)")
QUARTER_LAST = re.compile(r"(?P<span>\d{4})[ /-]?[tq](?P<part>[1-4])")
QUARTER_WORDS = re.compile(
    rf"(?P<nth>{_ORDINAL}) (?:trimestre|trim|quarter)\.? {_OF}(?:l'annee )?(?P<span>\d{{4}}(?: ?[-/] ?\d{{2,4}})?)"
)
HALF = re.compile(rf"[sh](?P<part>[12])[ /-]?{_OF}(?P<span>\d{{4}}(?: ?[-/] ?\d{{2,4}})?)")
HALF_WORDS = re.compile(
    rf"(?P<nth>{_ORDINAL}) (?:semestre|half|semester)\.? {_OF}(?:l'annee )?(?P<span>\d{{4}}(?: ?[-/] ?\d{{2,4}})?)"
)
SEASON = re.compile(rf"(?P<season>{SEASON_NAME}) {_OF}(?P<span>\d{{4}}(?: ?[-/] ?\d{{2,4}})?)")
WEEK = re.compile(rf"(?:semaine|sem\.?|week|w|s) ?(?P<week>\d{{1,2}})[ /,-]+{_OF}{_YEAR}")
WEEK_LAST = re.compile(rf"{_YEAR}-?w(?P<week>\d{{1,2}})")
YEAR = re.compile(rf"(?:(?:annee|year|an|en|in|courant|during|l'annee) )*{_YEAR}")
FISCAL = re.compile(
    r"(?:exercice|exercice financier|annee financiere|annee budgetaire|fiscal year|financial year|fy|af|ex\.?)"
    r" ?(?P<span>\d{4}(?: ?[-/] ?\d{2,4})?)"
)
YEARS = re.compile(r"(?P<first>\d{4}) ?(?:[-/]| a | to | et | and ) ?(?P<last>\d{4}|\d{2})")
PART = re.compile(rf"(?:a la |au |la |le |the )?(?P<part>{PART_NAME})[ -](?:de |d'|du |of |l'annee |the )*(?P<rest>.+)")
BY = re.compile(
    r"(?:d'ici(?: a)?|by|no later than|au plus tard(?: en| le| a)?|jusqu'(?:en|au|a)|until|avant la fin (?:de|d')"
    r"|before the end of|pour|for|d'ici la)(?: |(?<=d'))(?:le |la |l'|en |the |end of )?(?P<rest>.+)"
)
BEFORE = re.compile(r"(?:avant|before|prior to) (?:le |la |l'|the )?(?P<rest>.+)")
FROM = re.compile(
    r"(?:a partir (?:de|du|d')|a compter (?:de|du|d')|des|depuis|from|starting(?: in| on| from)?|since|as of|debut"
    r" des travaux)(?: |(?<='))(?:le |la |l'|the )?(?P<rest>.+?)(?: on(?:wards?)?)?"
)
AFTER = re.compile(r"(?:apres|after) (?:le |la |l'|the )?(?P<rest>.+)")
RANGE_WORDS = re.compile(
    r"(?:(?:de|du|from|between|entre) |d')(?P<first>.+?) (?:a|au|to|and|et|jusqu'a|jusqu'au) (?:le )?(?P<last>.+)"
)
RANGE = re.compile(r"(?P<first>.+?)(?: (?:a|au|to|->|→|jusqu'a|jusqu'au) | ?(?:->|→|\.\.) ?| - )(?P<last>.+)")
BOTH = re.compile(r"(?P<first>.+?) (?:et|and) (?P<last>.+)")
RANGE_TIGHT = re.compile(
    rf"(?P<first>(?:{MONTH}|[tq][1-4]|{SEASON_NAME})\.?) ?[-/] ?(?P<last>(?:{MONTH}|[tq][1-4]|{SEASON_NAME})\b.*)"
)
