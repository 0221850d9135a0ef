"""A language with a client's own words in it: 'fr' or 'en', and what this client calls an axis, an action, an owner.

A sentence of the wording marks what may be called otherwise by writing it in square brackets, in the house's words:
`[L'axe] « {axis} » n'a [aucune action] au plan`. Without a glossary the brackets fall and the sentence is read as it
was written. With one, the words in brackets are said again around the client's noun: article, elision, contraction
and agreement. A word that agrees from afar names its noun after a bar: `est [rattachée|action]`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

MARK = re.compile(r"\[([^\[\]]*[^\W\d_][^\[\]]*)\]")  # `[0, 1]` is no mark: there is no letter in it
VOWEL = re.compile(r"[aeiouyhàâäæéèêëîïôöœùûü]", re.IGNORECASE)
ASPIRATED = ("hall", "halte", "hangar", "hasard", "hausse", "haut", "hiérarchie", "hors", "huit", "onz", "oui", "y")
GENDERS = ("m", "f")


class Tongue(str):
    """'fr' or 'en', equal to it everywhere, that carries the client's nouns and labels."""

    nouns: Mapping[str, Noun]
    labels: Mapping[str, str]
    said: dict  # sentences already set, by key and form

    def __new__(cls, lang: str, nouns: Mapping[str, Noun] | None = None, labels: Mapping[str, str] | None = None):
        made = super().__new__(cls, lang)
        made.nouns, made.labels, made.said = dict(nouns or {}), dict(labels or {}), {}
        return made

    def __getnewargs__(self):
        return str(self), self.nouns, self.labels

    def __getstate__(self) -> None:
        return None  # all of it is in the arguments


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun of one language: its two numbers, and its gender in French."""

    one: str
    other: str
    gender: str = "m"


def noun(lang: str, one: str, other: str | None = None, gender: str | None = None) -> Noun:
    """A client's noun: in small letters inside a sentence, its plural and its gender when they can be told."""
    one = _small(one)
    if lang == "fr":
        return Noun(one, _small(other) if other else plural_fr(one), gender or gender_of(one) or "m")
    return Noun(one, _small(other) if other else plural_en(one))


def spoken(text: str, lang: str, house: Mapping[str, Noun]) -> str:
    """A sentence with its marks said in the client's words, or in the house's where the client has none."""
    nouns = getattr(lang, "nouns", None) or {}
    return MARK.sub(lambda mark: _said(mark[1], lang, house, nouns), text)


def terms_in(text: str, house: Mapping[str, Noun]) -> list[str]:
    """The terms that the marks of a sentence name; KeyError for a mark without one."""
    return [_place(mark, house)[0] for mark in MARK.findall(text)]


def _said(mark: str, lang: str, house: Mapping[str, Noun], own: Mapping[str, Noun]) -> str:
    words = mark.rpartition("|")[0] or mark
    if not own:
        return words
    term, place, plural = _place(mark, house)
    if term not in own:
        return words
    client = own[term]
    parts = _apart(words, lang)
    if place is not None:
        parts[place] = client.other if plural else client.one
    if lang == "fr":
        changed = house[term].gender != client.gender
        parts = [
            in_gender(part, client.gender) if i != place and (changed or part.lower() in ELIDED) else part
            for i, part in enumerate(parts)
        ]
        told = _together(parts, place)
        if "’" in words or "'" not in words:
            told = told.replace("\0", "’")
        told = told.replace("\0", "'")
    else:
        told = _with_article(parts, place)
    return told[:1].upper() + told[1:] if words[:1].isupper() else told


def _place(mark: str, house: Mapping[str, Noun]) -> tuple[str, int | None, bool]:
    """The term of a mark, where its noun stands among the words (None when it stands elsewhere), and its number."""
    _, bar, named = mark.rpartition("|")
    if bar:
        if named not in house:
            raise KeyError(f"[{mark}] names no term")
        return named, None, False
    for i, part in enumerate(_apart(mark, "fr")):
        for term, found in house.items():
            if part.lower() in (found.one, found.other):
                return term, i, part.lower() != found.one
    raise KeyError(f"[{mark}] holds no noun of the house")


def _apart(words: str, lang: str) -> list[str]:
    """The words of a mark, those that were elided or contracted written out: `de l'axe` is de, le, axe."""
    if lang != "fr":
        return words.split(" ")
    parts: list[str] = []
    for part in re.sub(r"([dlqDLQ]u?)['’]", r"\1' ", words).split(" "):
        match part.lower():
            case "l'":
                parts.append("le")
            case "d'":
                parts.append("de")
            case "qu'":
                parts.append("que")
            case "du":
                parts += ["de", "le"]
            case "au":
                parts += ["à", "le"]
            case "":
                pass
            case _:
                parts.append(part)
    return parts


# House word -> (masculine, feminine), where adding or taking an e does not do it.
PAIRS = (
    ("le", "la"), ("ce", "cette"), ("son", "sa"), ("il", "elle"), ("ils", "elles"), ("celui", "celle"),
    ("ceux", "celles"), ("tout", "toute"), ("tous", "toutes"), ("quel", "quelle"), ("quels", "quelles"),
    ("premier", "première"), ("premiers", "premières"), ("dernier", "dernière"), ("derniers", "dernières"),
    ("nouveau", "nouvelle"), ("nouveaux", "nouvelles"), ("long", "longue"), ("longs", "longues"),
    ("entier", "entière"), ("lequel", "laquelle"), ("actuel", "actuelle"), ("dû", "due"),
)  # fmt: skip
TO_M = {f: m for m, f in PAIRS} | {"cet": "ce"}
TO_F = {m: f for m, f in PAIRS} | {"cet": "cette"}
SAME = {
    "les", "des", "aux", "de", "à", "que", "si", "chaque", "autre", "autres", "même", "mêmes", "plus", "moins", "ces",
    "ses", "leur", "leurs", "votre", "notre", "non", "obligatoire", "obligatoires", "conforme", "conformes",
}  # fmt: skip
ELIDED = {"le", "ce", "cet", "son"}  # what hides the gender before a vowel: l'action, son action


def in_gender(word: str, gender: str) -> str:
    """A word that agrees, in the gender asked; what does not agree is left."""
    low = word.lower()
    if low in ("un", "une"):
        told = "un" if gender == "m" else "une"
    elif gender == "m" and low in TO_M:
        told = TO_M[low]
    elif gender == "f" and low in TO_F:
        told = TO_F[low]
    elif low in SAME or low in TO_M or low in TO_F or not low[:1].isalpha():
        return word
    else:
        told = _masculine(low) if gender == "m" else _feminine(low)
    return told[:1].upper() + told[1:] if word[:1].isupper() else told


def _masculine(word: str) -> str:
    many = word.endswith("es")
    stem = word[:-2] if many else word[:-1] if word.endswith("e") else word
    stem = stem[:-1] + "f" if stem.endswith("iv") else stem
    return stem + "s" if many and stem[-1:] not in "sx" else stem


def _feminine(word: str) -> str:
    if word.endswith(("e", "es")) and not word.endswith(("é", "és")):
        return word
    many = word.endswith("s") and not word.endswith(("mis", "pris"))
    stem = word[:-1] if many else word
    stem = stem[:-1] + "v" if stem.endswith("if") else stem
    return stem + ("es" if many else "e")


def _together(parts: list[str], noun_place: int | None) -> str:
    """French words joined again: le + axe is l'axe, de + le is du, ce + axe is cet axe. The apostrophe stays open."""
    told = ""
    for i, part in enumerate(parts):
        after = parts[i + 1] if i + 1 < len(parts) else ""
        low, open_ = part.lower(), starts_open(after)
        if low == "le" and i and parts[i - 1].lower() in ("de", "à") and not open_:
            continue  # said with the word before
        if low in ("de", "à") and after.lower() == "le" and not starts_open("".join(parts[i + 2 : i + 3])):
            told += "du " if low == "de" else "au "
        elif low in ("le", "la", "de", "que") and open_ and (noun_place is None or i < noun_place):
            told += part[:-1] + "\0"
        elif low == "si" and after.lower() in ("il", "ils"):
            told += "s\0"
        elif low == "ce" and open_:
            told += "cet "
        elif low == "sa" and open_:
            told += "son "
        elif low == "nouveau" and open_:
            told += "nouvel "
        else:
            told += part + " "
    return told.rstrip(" ")


def starts_open(word: str) -> bool:
    """Whether a French word asks for an elision before it: a vowel or a mute h."""
    return bool(VOWEL.match(word)) and not word.lower().startswith(ASPIRATED)


def _with_article(parts: list[str], place: int | None) -> str:
    if place and parts[place - 1].lower() in ("a", "an"):
        parts[place - 1] = "an" if _an(parts[place]) else "a"
    return " ".join(parts)


def _an(word: str) -> bool:
    return bool(re.match(r"(?!uni|use|usu|eu|one|once)[aeiou]|hono|hour|heir", word, re.IGNORECASE))


def _small(text: str) -> str:
    """As inside a sentence: the first letter small, unless the word is an acronym or has its own capitals."""
    text = " ".join(text.split())
    first = text.split(" ")[0]
    return text if len(first) > 1 and first[1:] != first[1:].lower() else text[:1].lower() + text[1:]


def plural_fr(noun: str) -> str:
    """The plural of a noun and of what qualifies it, up to `de`, `d'` or `à`: maîtres d'œuvre, lignes directrices."""
    told, words = [], noun.split(" ")
    for i, word in enumerate(words):
        if i and re.match(r"(?:de|du|des|à|au|en|pour|par|sur)$|[dl]['’]", word):
            return " ".join(told + words[i:])
        told.append(_plural_fr(word))
    return " ".join(told)


def _plural_fr(word: str) -> str:
    if word.endswith(("s", "x", "z")):
        return word
    if word.endswith("al"):
        return word[:-2] + "aux"
    return word + ("x" if word.endswith(("au", "eu")) else "s")


def plural_en(noun: str) -> str:
    """The plural of an English noun, of its last word before `of`: areas of focus, priorities, axes."""
    head, of, rest = noun.partition(" of ")
    if head.endswith("is"):
        head = head[:-2] + "es"
    elif re.search(r"[^aeiou]y$", head):
        head = head[:-1] + "ies"
    else:
        head += "es" if head.endswith(("s", "x", "z", "ch", "sh")) else "s"
    return head + of + rest


# The field's usual nouns whose end does not tell their gender.
USUAL = {
    "m": "axe enjeu objectif chantier projet volet pilier thème moyen but levier défi programme domaine responsable "
    "porteur pilote maître chef poste comité service impact effet extrant résultat geste cap point champ acte groupe "
    "jalon mandataire titulaire élu livrable groupe répondant intervenant champion bloc pôle plan secteur travail",
    "f": "action orientation priorité cible mesure initiative stratégie ligne piste étape tâche démarche équipe "
    "direction personne valeur retombée intention ambition activité opération intervention avenue voie solution "
    "unité instance organisation réalisation transformation porteuse cause clé force thématique assise élue",
}
ENDS = (("f", r"(?:[tsx]ion|[^e]té|ée|ure|ance|ence|esse|ique|ité|tude|ade|ise|euse|trice)"),
        ("m", r"(?:ment|age|eur|isme|eau|if|ier|ant|ent|al|oir|er|et|ail|at)"))  # fmt: skip


def gender_of(noun: str) -> str | None:
    """'m' or 'f' where the noun's first word or its end tells; None where the client has to say it."""
    head = noun.lower().split(" ")[0].split("-")[0]
    for gender, words in USUAL.items():
        if head in words.split():
            return gender
    return next((gender for gender, end in ENDS if re.search(f"{end}$", head)), None)
