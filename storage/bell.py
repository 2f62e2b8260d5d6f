"""The word that something was committed, by PostgreSQL's NOTIFY: it wakes the other processes on one database.

It may be lost: each process looks by itself every few seconds.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import psycopg
from sqlalchemy import make_url

log = logging.getLogger(__name__)

CHANNEL = "xietong"
LISTEN = 1.0  # seconds a listener waits before it looks whether it should stop
PAUSE = 3.0  # seconds between a listener's tries to connect again
CONNECT = 5  # seconds


class BellGone(Exception):
    """The database does not answer."""


class Bell:
    """Rings for the processes on one PostgreSQL database, and hears them ring. A connection each, both mended."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._ringing: psycopg.Connection | None = None

    def ring(self, by: str) -> None:
        """Wake the others; for one thread at a time. Raises `BellGone`."""
        try:
            if self._ringing is None or self._ringing.closed:
                self._ringing = self._connected()
            self._ringing.execute("SELECT pg_notify(%s, %s)", (CHANNEL, by))
        except psycopg.Error as error:
            self._ringing = None
            raise BellGone(str(error)) from error

    def listen(self, heard: Callable[[str], None], stopped: threading.Event) -> None:
        """Hear who rings, until `stopped`: for a thread of its own. Connects again by itself."""
        while not stopped.is_set():
            try:
                with self._connected() as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    while not stopped.is_set():
                        for note in connection.notifies(timeout=LISTEN, stop_after=1):
                            heard(note.payload)
            except psycopg.Error:
                stopped.wait(PAUSE)

    def close(self) -> None:
        """Close the connection that rings; the listener's ends with its thread."""
        if self._ringing is not None:
            self._ringing.close()

    def _connected(self) -> psycopg.Connection:
        return psycopg.connect(self._url, autocommit=True, connect_timeout=CONNECT)
