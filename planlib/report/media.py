"""What office files are made of: pictures as they take them, and packages whose bytes do not depend on the day."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from functools import lru_cache

from planlib.report.laid import decoded

SHARP = 2  # pixels of a picture for one of the drawing
SIGN = 4  # the same, for the small sign of a status
DECORATIVE = (
    '<a:extLst xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:ext '
    'uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}"><adec:decorative '
    'xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/></a:ext></a:extLst>'
)
CHINESE = "Microsoft YaHei"  # where a program has it; another is taken where not
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest that a package can state
HOUR = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
KEPT = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")  # how the pictures begin that Word and PowerPoint take


@lru_cache(maxsize=256)
def png(svg: str, sharp: int = SHARP) -> bytes:
    """A drawing as a picture: not every program that opens office files draws SVG."""
    import vl_convert

    return vl_convert.svg_to_png(svg, scale=sharp)


def picture(source: str) -> bytes | None:
    """A picture given as a data: address, in a form office files take; None for one of another form."""
    found = decoded(source)
    if found is None:
        return None
    if source.startswith("data:image/svg"):
        return png(found.decode("utf-8", "replace"))
    return found if found.startswith(KEPT) else None


def steady(package: bytes, made: date) -> bytes:
    """The same package with its parts dated alike, so that the same report is the same bytes.

    A workbook inside it (the figures of a chart) says the hour it was made: it is given the day of the data instead.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename.endswith(".xlsx"):
                data = steady(data, made)
            elif part.filename == "docProps/core.xml":
                data = HOUR.sub(rb"\g<1>%sT12:00:00Z" % made.isoformat().encode(), data)
            kept = zipfile.ZipInfo(part.filename, FIRST_DAY)
            kept.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(kept, data)
    return out.getvalue()
