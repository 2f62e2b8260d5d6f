"""Whether the process is well, over HTTP: /healthz and /readyz for a supervisor, /metrics for Prometheus.

It says nothing of anybody: kinds and counts alone. It listens on loopback unless told otherwise, nothing of a request
is logged, and no client holds a connection for longer than a few seconds.
"""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import Any

from aiohttp import web

from bot.meters import Meters
from bot.vitals import Vitals

log = logging.getLogger(__name__)

PATIENCE = 10.0  # seconds after which a client is hung up on, whatever it does
CONTENT = "text/plain; version=0.0.4; charset=utf-8"  # what Prometheus reads

# Not in the tree of loggers and above every level: a stranger's bytes are no business of our log.
_SILENT = logging.Logger("health's wire", logging.CRITICAL + 1)


class Health:
    """Answers at one address ("": nowhere) what the process knows of itself."""

    def __init__(self, listen: str, vitals: Vitals, meters: Meters, *, patience: float = PATIENCE) -> None:
        self._host, _, port = listen.rpartition(":")
        self._port = int(port or 0)
        self._vitals = vitals
        self._meters = meters
        self._patience = patience
        self._runner: web.AppRunner | None = None
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen, if there is an address. A port that is taken, as by another process, is said in the log, no more."""
        if not self._host:
            return
        self._meters.follow_process()
        app = web.Application()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)
        app.on_response_prepare.append(_plain)
        runner = web.AppRunner(app, access_log=None, logger=_SILENT, keepalive_timeout=0, shutdown_timeout=0.5)
        await runner.setup()
        loop = asyncio.get_running_loop()

        def connect() -> asyncio.Protocol:
            assert runner.server is not None
            handler = runner.server()
            loop.call_later(self._patience, _hang_up, handler)
            return handler

        try:
            self._server = await loop.create_server(connect, self._host.strip("[]"), self._port, reuse_address=True)
        except OSError as error:
            log.warning(
                "no /healthz and no /metrics: %s:%d cannot be listened on (%s); give this process a [health] listen "
                "of its own",
                self._host,
                self._port,
                error.strerror or error,
            )
            await runner.cleanup()
            return
        self._runner = runner
        log.info("/healthz, /readyz and /metrics answer on %s:%d", self._host, self.port)

    @property
    def port(self) -> int:
        """The port it listens on, 0 while it does not."""
        return self._server.sockets[0].getsockname()[1] if self._server is not None and self._server.sockets else 0

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _healthz(self, _request: web.Request) -> web.Response:
        pulse = self._vitals.pulse()
        status = "stuck" if not pulse.is_well else "degraded" if pulse.reasons or pulse.warnings else "ok"
        said: dict[str, Any] = {
            "status": status,
            "heartbeat_age_seconds": None if pulse.heartbeat_age is None else round(pulse.heartbeat_age, 1),
            "reasons": pulse.reasons,
            "warnings": pulse.warnings,
        }
        return _answer(said, well=pulse.is_well)

    async def _readyz(self, _request: web.Request) -> web.Response:
        reasons = await self._vitals.unready()
        return _answer({"ready": not reasons, "reasons": reasons}, well=not reasons)

    async def _metrics(self, _request: web.Request) -> web.Response:
        return web.Response(body=self._meters.render(), headers={"Content-Type": CONTENT})


def _answer(said: dict[str, Any], *, well: bool) -> web.Response:
    return web.json_response(said, status=HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE)


async def _plain(_request: web.Request, response: web.StreamResponse) -> None:
    response.force_close()
    response.headers["Server"] = "xietong"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"


def _hang_up(handler: web.RequestHandler) -> None:
    if handler.transport is not None:
        handler.transport.abort()
