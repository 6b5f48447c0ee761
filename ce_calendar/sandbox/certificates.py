"""The throw-away certificate authority that lets clients which insist on https talk to this machine."""

import os
import ssl
import tempfile
from pathlib import Path
from typing import Any

import trustme


class Authority:
    """One CA and the server's certificate; kept with the state, so that clients survive a restart."""

    def __init__(self) -> None:
        self._ca = trustme.CA(organization_name="ce_calendar sandbox (throw-away)")

    def server_context(self) -> ssl.SSLContext:
        """Return what a listener for this machine's names needs."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert("localhost", "127.0.0.1").configure_cert(context)
        return context

    def write(self, path: Path) -> None:
        """Put the CA's certificate where clients are told to look; in one step, for others may be reading."""
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(handle, "wb") as file:
            file.write(self._ca.cert_pem.bytes())
        # The certificate is public, unlike what mkstemp usually holds.
        Path(unfinished).chmod(0o644)
        Path(unfinished).replace(path)

    def to_json(self) -> dict[str, Any]:
        """Return the CA for the state file, which only its owner can read."""
        return {"certificate": self._ca.cert_pem.bytes().decode(), "key": self._ca.private_key_pem.bytes().decode()}

    def load(self, data: dict[str, Any]) -> None:
        """Take up what ``to_json`` returned."""
        self._ca = trustme.CA.from_pem(data["certificate"].encode(), data["key"].encode())
