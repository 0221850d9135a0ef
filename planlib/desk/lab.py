"""JupyterLab on one client: its folder as the root, its own copies of the notebooks, nothing of anybody else.

The root is the client's own folder, `<client>/`, because Jupyter serves what lies under its root and nothing above
it: `..` ends there, and no other client can be listed, opened or searched. In it:

    notebooks/   copies of the notebooks, preset to this client and language: what is typed stays with the client
    .lab/        what JupyterLab keeps for itself (checkpoints, open tabs, settings, history, signatures), hidden

Nothing of it is kept in the home folder, where the next client's session would show it: neither the tabs left open,
nor recent files, nor a console's history. The workbook is there but not listed: it is written by planlib alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from planlib import facts, store
from planlib.desk.copies import place
from planlib.schema import PlanError
from planlib.words import LANGS
from planlib.workspace import HOME, client_folder, find_workspace

if TYPE_CHECKING:
    from jupyterlab.labapp import LabApp

LOOK = HOME / "templates" / "html"
SHEETS = [f"{name}.css" for name in ("lab", "blocks")]
LOCALES = {"fr": "fr_FR", "en": "default"}  # JupyterLab's own words; its language pack has no fr_CA
LOOPBACK = "127.0.0.1"
PORT, TRIES = 8888, 50
ABSENT = ("jupyter_lsp", "jupyter_server_terminals", "jupyter_server_ydoc", "jupyter_collaboration", "jupyter_archive")
UNLISTED = ["workbook*.db*", "__pycache__", "*.part", "*.pyc", "*~"]

OVERRIDES = "labconfig/default_setting_overrides.json"

# JupyterLab's own settings for a client: calm, ready to present, asking nothing of the network.
SETTINGS = {
    "labconfig/page_config.json": {
        "disabledExtensions": {
            "@jupyterlab/apputils-extension:announcements": True,
            "@jupyterlab/extensionmanager-extension": True,
            "@jupyterlab/debugger-extension": True,
            "@jupyterlab/lsp-extension": True,
            "@jupyterlab/mathjax-extension": True,  # "27 000 $ au lieu de 45 000 $" is no formula
            "@jupyterlab/fileeditor-extension:language-server": True,
            "@jupyterlab/notebook-extension:language-server": True,
            "@jupyter/collaboration-extension": True,
            "@jupyter/docprovider-extension": True,
        }
    },
    OVERRIDES: {
        "@jupyterlab/application-extension:shell": {"startMode": "single"},
        "@jupyterlab/apputils-extension:notification": {"checkForUpdates": False, "fetchNews": "false"},
        "@jupyterlab/filebrowser-extension:browser": {"showHiddenFiles": False, "sortNotebooksFirst": True},
        "@jupyterlab/cell-toolbar-extension:plugin": {"showToolbar": False},
        "@jupyterlab/notebook-extension:tracker": {
            "showHiddenCellsButton": False,
            "windowingMode": "none",  # every output is there at once, also below the screen
            "scrollPastEnd": False,
        },
    },
    "jupyter_server_config.json": {"ServerApp": {"jpserver_extensions": dict.fromkeys(ABSENT, False)}},
}


@dataclass(frozen=True, slots=True)
class Lab:
    """A JupyterLab that is ready: where it is, and the server to run (None when one was already running)."""

    url: str
    folder: Path
    kept: tuple[str, ...]  # copies with changes of the client's own, while the notebook has moved on
    server: LabApp.serverapp_class | None

    def serve(self) -> None:
        """Serve until it is stopped (Ctrl-C)."""
        if self.server is not None:
            self.server.start()


def ready(
    client: str,
    lang: str,
    *,
    workspace: str | Path | None = None,
    today: str | None = None,
    port: int | None = None,
    browser: bool = True,
) -> Lab:
    """Ready JupyterLab for a client; `serve` then runs it.

    Parameters
    ----------
    lang : 'fr' or 'en'
        The language the copies of the notebooks are preset to.
    today : 'YYYY-MM-DD', optional
        The day they are preset to; without it each opening is of its own day.
    port : int, optional
        Default: the first free one from 8888; 0 takes any.

    Raises
    ------
    PlanError
        An unknown client; a port that is taken.
    """
    root = find_workspace(workspace)
    folder = client_folder(client, root)
    runtime = _own_environment(folder, root, lang)
    running = _running(runtime)
    if running:
        return Lab(running, folder, (), None)
    if port and not _free(port):
        raise PlanError("lab.port_taken", port=str(port))
    with store.open(client, root) as book:
        known = facts.read(book)
        tongues = tuple(known.tongue(one) for one in LANGS)
    kept = place(folder / "notebooks", client, lang, today, tongues)
    token = secrets.token_hex(24)
    server = _server(folder, token, port, browser)
    return Lab(f"http://{LOOPBACK}:{server.port}/lab/tree/notebooks?token={token}", folder, tuple(kept), server)


def _own_environment(folder: Path, root: Path, lang: str) -> Path:
    """Point everything Jupyter keeps to the client's own hidden folder, and give the folder of running servers.

    That one stays out of the client's folder, which a cloud drive may carry: it holds keys while a server runs.
    """
    from jupyterlab.labapp import LabApp

    own = folder / ".lab"
    _write(own / "config", SETTINGS)
    speaks = {"@jupyterlab/translation-extension:plugin": {"locale": LOCALES[lang]}}
    _write(own / "config", {OVERRIDES: SETTINGS[OVERRIDES] | speaks})
    _write(own / "ipython", {"profile_default/ipython_kernel_config.json": {"IPKernelApp": {"log_level": "ERROR"}}})
    sheets = [(LOOK / name).read_text(encoding="utf-8") for name in SHEETS]
    (own / "config" / "custom").mkdir(exist_ok=True)
    (own / "config" / "custom" / "custom.css").write_text("\n".join(sheets), encoding="utf-8")
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    runtime = Path(LabApp().runtime_dir) / f"planlib-{name}"
    runtime.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ |= {
        "JUPYTER_CONFIG_DIR": str(own / "config"),
        "JUPYTER_DATA_DIR": str(own / "data"),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "JUPYTERLAB_SETTINGS_DIR": str(own / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(own / "workspaces"),
        "IPYTHONDIR": str(own / "ipython"),
        "PLANLIB_WORKSPACE": str(root),
    }
    for name in ("JUPYTER_TOKEN", "JUPYTER_PREFER_ENV_PATH", "JUPYTER_CONFIG_PATH", "JUPYTER_PATH"):
        os.environ.pop(name, None)
    return runtime


def _write(folder: Path, files: dict[str, dict]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=1), encoding="utf-8")


def _server(folder: Path, token: str, port: int | None, browser: bool) -> LabApp.serverapp_class:
    """A JupyterLab that listens on this machine alone, for who holds the token."""
    from jupyterlab.labapp import LabApp
    from traitlets.config import Config

    own = folder / ".lab"
    config = {
        "ServerApp": {
            "root_dir": str(folder),
            "ip": LOOPBACK,
            "port": PORT if port is None else port,
            "port_retries": TRIES if port is None else 0,
            "open_browser": browser,
            "allow_unauthenticated_access": False,
            "allow_remote_access": False,
            "allow_root": True,
            "answer_yes": True,
            "terminals_enabled": False,
        },
        "Application": {"log_level": "CRITICAL"},
        "IdentityProvider": {"token": token},
        "LabApp": {
            "default_url": "/lab/tree/notebooks",
            "custom_css": True,
            "news_url": None,
            "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            "extension_manager": "readonly",
            "user_settings_dir": str(own / "settings"),
            "workspaces_dir": str(own / "workspaces"),
        },
        "ContentsManager": {
            "allow_hidden": False,
            "hide_globs": UNLISTED,
            "preferred_dir": str(folder / "notebooks"),
        },
        "FileCheckpoints": {"checkpoint_dir": str(own / "checkpoints")},
        "KernelSpecManager": {"allowed_kernelspecs": ["python3"]},
        "YDocExtension": {"disable_rtc": True},
        "SQLiteYStore": {"db_path": str(own / "ystore.db")},
    }
    return LabApp.initialize_server(argv=[], config=Config(config))


def _running(runtime: Path) -> str | None:
    """The address of a server of this client that already runs: two on one folder would save over each other."""
    for path in runtime.glob("jpserver-*.json"):
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # being written, or taken away
            continue
        if not _free(found["port"]):
            return f"{found['url']}lab/tree/notebooks?token={found['token']}"
        path.unlink(missing_ok=True)  # left by a server that was killed
    return None


def _free(port: int) -> bool:
    with socket.socket() as trial:
        trial.settimeout(1)
        return trial.connect_ex((LOOPBACK, port)) != 0
