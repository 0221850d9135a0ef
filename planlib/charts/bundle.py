"""Vega, Vega-Lite and Vega-Embed in one script, as vl-convert carries them, for pages that ask nothing of a network."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import zlib
from functools import cache
from importlib.metadata import version
from pathlib import Path


@cache
def script() -> str:
    """The script as it runs; nothing in it ends the element that holds it."""
    return gzip.decompress(_gzipped()).decode()


@cache
def packed() -> str:
    """The script under gzip, in base64: less than half of it, for a page that unpacks it when it is needed."""
    return base64.b64encode(_gzipped()).decode()


def policy(text: str) -> str:
    """A script's name in a page's policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def policy_of_script() -> str:
    return policy(script())


@cache
def _gzipped() -> bytes:
    """Made once for each version of vl-convert and kept: to make it takes longer than twenty reports."""
    kept = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "planlib"
    kept /= f"vega-{version('vl-convert-python')}.js.gz"
    try:
        found = kept.read_bytes()
        if b"vegaEmbed" in gzip.decompress(found):
            return found
    except (OSError, EOFError, zlib.error):  # not there yet, or cut short
        pass
    import vl_convert

    made = gzip.compress(vl_convert.javascript_bundle().replace("</script", "<\\/script").encode(), 9, mtime=0)
    apart = kept.with_name(f".{kept.name}.{os.getpid()}")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        apart.write_bytes(made)
        os.replace(apart, kept)
    except OSError:  # a home that cannot be written to: made again by the next process
        apart.unlink(missing_ok=True)
    return made
