"""What the commands share: their four options, checked arguments, answers, and mistakes told in one sentence."""

from __future__ import annotations

import inspect
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import typer

from planlib.schema import PlanError
from planlib.words import LANGS, word

DONE, SOME_FAILED, BAD_INPUT, DECISION_NEEDED = 0, 1, 2, 3
DEFAULT_LANG = "fr"
YEARS = range(1900, 2200)
UsageError = typer.BadParameter.__base__  # typer carries a click of its own


@dataclass(slots=True)
class Ask:
    """What every command is asked: where, in which language, on which day, and how to answer.

    Once a client's book is open, `lang` has the client's own words in it: all that follows is told to this client.
    """

    workspace: str | None
    lang: str
    today: date
    json: bool

    def answer(self, document: dict, *lines: str) -> None:
        """One JSON document, or the lines a person reads."""
        if self.json:
            print(json.dumps(document, ensure_ascii=False, allow_nan=False, default=_jsonable))
        else:
            print("\n".join(line for line in lines if line is not None))

    def book(self, client: str):
        from planlib import facts, store

        book = store.open(client, self.workspace)
        self.lang = facts.read(book).tongue(str(self.lang))
        for warning in book.warnings:
            print(warning.text(self.lang), file=sys.stderr)
        return book


def _jsonable(value):
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    if hasattr(value, "item"):
        return value.item()
    return str(value)


def asked_lang(arguments: list[str]) -> str:
    """The language asked for, known before anything is parsed, so that help and errors speak it too."""
    found = os.environ.get("PLANLIB_LANG", DEFAULT_LANG)
    for place, argument in enumerate(arguments):
        if argument == "--lang" and place + 1 < len(arguments):
            found = arguments[place + 1]
        elif argument.startswith("--lang="):
            found = argument.removeprefix("--lang=")
    return found if found in LANGS else DEFAULT_LANG


HELP_LANG = asked_lang(sys.argv[1:])
app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help=word("cli.planlib", HELP_LANG),
    context_settings={"help_option_names": ["--help", "-h"]},
)


DAY, YEAR = ("AAAA-MM-JJ", "AAAA") if HELP_LANG == "fr" else ("YYYY-MM-DD", "YYYY")


def option(name: str, *names: str, **more):
    """An option whose help is the word cli.option_<name>; it is taken as text and checked by us."""
    return typer.Option(
        *(names or (f"--{name.replace('_', '-')}",)), help=word(f"cli.option_{name}", HELP_LANG), **more
    )


@app.callback()
def everywhere(lang: Annotated[str | None, option("lang", metavar="fr|en")] = None):
    """`planlib --lang en --help`: the language is known before this is called (`asked_lang`)."""


def client_argument():
    return typer.Argument(metavar="CLIENT", show_default=False)


EVERYWHERE = (
    ("workspace", str | None, None, option("workspace")),
    ("lang", str | None, None, option("lang", metavar="fr|en")),
    ("today", str | None, None, option("today", metavar=DAY)),
    ("as_json", bool, False, option("json")),
)


def command(name: str) -> Callable:
    """Register a function of (ask, ...) as a command, with the four options that every command takes."""

    def register(function: Callable) -> Callable:
        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        shared = [
            inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, spec])
            for n, kind, default, spec in EVERYWHERE
        ]

        def run(**given):
            common = {n: given.pop(n) for n, *_ in EVERYWHERE}
            lang = common["lang"] or asked_lang(sys.argv[1:])
            if lang not in LANGS:
                raise PlanError("cli.lang", found=lang)
            today = date.today() if common["today"] is None else a_day(common["today"])
            ask = Ask(common["workspace"], lang, today, common["as_json"])
            try:
                return function(ask, **given)
            except PlanError as error:
                error.lang = ask.lang
                raise

        run.__signature__ = inspect.Signature([p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own] + shared)
        run.__name__ = function.__name__
        run.__annotations__ = {p.name: p.annotation for p in run.__signature__.parameters.values()}
        app.command(name, help=word(f"cli.{function.__name__}", HELP_LANG))(run)
        return function

    return register


def a_day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise PlanError("store.not_a_day", found=text) from None
    if day.year not in YEARS:
        raise PlanError("cli.far_day", found=text)
    return day


def a_year(text: str | None) -> int:
    if text is None or not (text.isascii() and text.isdigit() and len(text) == 4 and int(text) in YEARS):
        raise PlanError("cli.year", found=text or "")
    return int(text)


def a_number(name: str, text: str | None, *, least: float = 0) -> float | None:
    if text is None:
        return None
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not least <= found < float("inf"):
        raise PlanError("cli.number", option=name, found=text)
    return found


def one_of(name: str, found: str | None, known: tuple[str, ...]) -> str:
    if found not in known:
        raise PlanError("cli.one_of", option=name, found=found or "", known=list(known))
    return found


def by_whom() -> str:
    """Who writes: PLANLIB_BY, else the name of the session."""
    import getpass

    return os.environ.get("PLANLIB_BY") or getpass.getuser()


def said(imports: list[dict], kind: str) -> dict:
    """The import reports of several files as one document; each row, repair and question names its file."""
    total = {
        "kind": kind,
        "rows_found": 0,
        "rows_kept": 0,
        "set_aside": [],
        "repairs": [],
        "questions": [],
        "files": [],
    }
    for found in imports:
        total["files"].append(found["file"])
        for key in ("rows_found", "rows_kept"):
            total[key] += found[key]
        for key in ("set_aside", "repairs", "questions"):
            total[key] += [{"file": found["file"], **row} for row in found[key]]
    return total


def usage(error: UsageError, lang: str) -> str:
    """A mistake in the command's own words, as one sentence in the language asked."""
    command = error.ctx.command_path if error.ctx else "planlib"
    unknown = error.message.partition("'")[2].partition("'")[0]
    match type(error).__name__:
        case "NoSuchOption" if error.possibilities:
            return word(
                "cli.no_such_option_near", lang, command=command, found=error.option_name, near=error.possibilities
            )
        case "NoSuchOption":
            return word("cli.no_such_option", lang, command=command, found=error.option_name)
        case "BadOptionUsage":
            return word("cli.option_without_value", lang, command=command, found=error.option_name)
        case "MissingParameter":
            return word("cli.missing", lang, command=command, name=shown_name(error.param))
        case "UsageError" if "extra argument" in error.message:
            return word("cli.extra", lang, command=command, found=error.message.rpartition(" (")[2].rstrip(")"))
        case "UsageError" if error.message.startswith("No such command"):
            return word("cli.no_such_command", lang, found=unknown)
    return word("cli.usage", lang, command=command, found=error.message)


def shown_name(parameter) -> str:
    """A parameter as the person types it: CLIENT, or --kind."""
    longest = max(parameter.opts, key=len)
    return longest if longest.startswith("--") else longest.upper()
