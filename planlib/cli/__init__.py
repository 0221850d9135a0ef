"""The command line: a thin shell over the rooms. It alone prints, gives exit codes, and reads today's date."""

from __future__ import annotations

import os
import sys

import typer

from planlib.cli import ask

# isort: off
# They register their commands, in the order of --help.
from planlib.cli import thread, planning, whatif, followup, reporting, lab, keeping  # noqa: F401

# isort: on
from planlib.schema import PlanError
from planlib.words import word


def main(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit code; an error is one sentence on stderr."""
    arguments = sys.argv[1:] if arguments is None else arguments
    lang = ask.asked_lang(arguments)
    for stream in (sys.stdout, sys.stderr):  # a pipe or an old console may not be UTF-8
        stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        code = ask.app(arguments, standalone_mode=False, prog_name="planlib")
        raise SystemExit(code if isinstance(code, int) else ask.DONE)
    except PlanError as error:
        print(error.text(getattr(error, "lang", lang)), file=sys.stderr)
    except BrokenPipeError:  # `planlib history | head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(ask.DONE) from None
    except OSError as error:  # a folder that may not be written, a disk that is full
        found = error.strerror or str(error)
        print(word("cli.system", lang, found=found, file=str(error.filename or "")), file=sys.stderr)
    except ask.UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            print(error.format_message())
            raise SystemExit(ask.DONE) from None
        print(ask.usage(error, lang), file=sys.stderr)
    except (typer.Abort, KeyboardInterrupt):
        print(word("cli.stopped", lang), file=sys.stderr)
        raise SystemExit(130) from None
    raise SystemExit(ask.BAD_INPUT)
