"""The device's way to the collector: the only module that speaks to a network (http.client, TLS 1.3 of ssl).

It blocks, so it runs on a thread of its own; time-outs bound each step, and all together. It follows no redirection and
keeps no cookie.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event, Timer
from typing import Final, NamedTuple, Protocol
from urllib.parse import urlsplit

TIMEOUT: Final = 15.0  # seconds for each step: connecting, sending, each read
PATIENCE: Final = 600.0  # seconds for all of them: whoever answers byte by byte holds nobody for ever
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
LARGEST: Final = 8 << 20  # bytes of an answer
UNTRUSTED: Final = (
    "Le certificat de {0} n'est pas reconnu ({1})\u00a0: vérifier l'adresse, l'heure de la caisse et le fichier de"
    " l'autorité (upstream.ca)."
)


class Unreachable(Exception):
    """No answer that can be used came back; the text says what went wrong."""


class Untrusted(Unreachable):
    """Somebody answered whose certificate is not vouched for: a wrong address, a wrong clock, or somebody between."""


class Answer(NamedTuple):
    """`headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after(self) -> int | None:
        """Seconds (RFC 9110, section 10.2.3); a date is not understood."""
        text = self.headers.get("retry-after", "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else None


class Asking(Protocol):
    """What the till asks of whoever carries its requests."""

    url: str

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """Raises Unreachable."""


class Client:
    """`url`: https, or http to this very machine. `ca`: a PEM file with the root to trust, None for the system's."""

    def __init__(self, url: str, ca: Path | None = None, timeout: float = TIMEOUT, patience: float = PATIENCE) -> None:
        parts = urlsplit(url)
        if not sound(url):
            raise ValueError(f"{url!r} is no address of a collector: give https://NAME")
        self.url = url.rstrip("/")
        self._secure = parts.scheme == "https"
        self._host, self._port, self._base = parts.hostname or "", parts.port, parts.path.rstrip("/")
        self._ca, self._timeout, self._patience = ca, timeout, patience

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        try:
            connection = self._connection()
        except (OSError, ssl.SSLError) as error:
            raise Unreachable(f"the certificates cannot be read: {error}") from error
        late = Event()
        end = Timer(self._patience, lambda: _hang_up(sock, late))
        end.daemon = True
        try:
            connection.connect()
            sock = connection.sock  # the connection forgets it where the far side will close
            end.start()
            connection.request(method, self._base + path, body or None, dict(headers or {}))
            answer = connection.getresponse()
            said = answer.read(LARGEST + 1)
        except ssl.SSLCertVerificationError as error:
            raise Untrusted(UNTRUSTED.format(self._host, error.verify_message.rstrip("."))) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unreachable(f"{self._host}: {error or type(error).__name__}") from error
        finally:
            end.cancel()
            connection.close()
        if len(said) > LARGEST:
            raise Unreachable(f"{self._host}: an answer of more than {LARGEST} bytes")
        if late.is_set() or answer.length:  # what is still to come of it, where its length was said
            raise Unreachable(f"{self._host}: the answer was cut off")
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, said)

    def _connection(self) -> http.client.HTTPConnection:
        if not self._secure:
            return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        context = ssl.create_default_context(cafile=str(self._ca) if self._ca else None)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=context)


def _hang_up(sock: socket.socket, late: Event) -> None:
    """Under TLS too: the thread that reads is woken, and what it reads is over."""
    late.set()
    with suppress(OSError):  # closed meanwhile
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def sound(url: str) -> bool:
    """Without TLS only to this very machine."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    named = bool(parts.hostname) and not parts.query and not parts.fragment and parts.username is None and port != 0
    return named and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))
