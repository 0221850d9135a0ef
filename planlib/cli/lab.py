"""The command that opens the notebooks on one client: lab."""

from __future__ import annotations

import sys
from datetime import date
from typing import Annotated

from planlib.cli.ask import Ask, a_number, client_argument, command, option
from planlib.schema import PlanError
from planlib.words import word


@command("lab")
def lab(
    ask: Ask,
    client: Annotated[str, client_argument()],
    no_browser: Annotated[bool, option("no_browser", "--no-browser")] = False,
    port: Annotated[str | None, option("port", metavar="N")] = None,
):
    from planlib.desk import lab as face

    chosen = a_number("--port", port)
    if chosen is not None and not (chosen.is_integer() and chosen < 65_536):
        raise PlanError("cli.number", option="--port", found=port)
    another_day = ask.today.isoformat() if ask.today != date.today() else None
    opened = face.ready(
        client,
        ask.lang,
        workspace=ask.workspace,
        today=another_day,
        port=None if chosen is None else int(chosen),
        browser=not (no_browser or ask.json),
    )
    for name in opened.kept:
        print(word("lab.kept", ask.lang, name=name), file=sys.stderr)
    key = "lab.open" if opened.server else "lab.open_already"
    document = {"client": client, "url": opened.url, "folder": str(opened.folder)}
    ask.answer(document, word(key, ask.lang, client=client, url=opened.url))
    sys.stdout.flush()
    opened.serve()
