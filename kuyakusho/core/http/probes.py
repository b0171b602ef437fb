"""What machines ask: is the process there, can it serve, how is it doing."""

from __future__ import annotations

import hmac
import ipaddress
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from kuyakusho.core import access
from kuyakusho.core.errors import Missing

from . import metrics
from .limits import client_address

LEAST_DISK = 200 * 1024 * 1024
_migrated = False

# name → (function that returns "" or what is wrong, whether pages can't be served then)
Check = Callable[[], str]
_checks: dict[str, tuple[Check, bool]] = {}


def check(name: str, function: Check, *, is_vital: bool) -> None:
    """Adds to `/readyz`. A fault of what is vital answers 503; of the rest 200 with `degraded`."""
    _checks[name] = (function, is_vital)


@access.machine
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@access.machine
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether pages can be served: database, migrations, disk; and, told apart, whether the worker lives."""
    found: dict[str, Any] = {}
    status = "ready"
    for name, (function, is_vital) in _checks.items():
        try:
            fault = function()
        except DatabaseError:
            fault = "the database can't be asked"
        found[name] = fault or "ok"
        if fault:
            status = "not_ready" if is_vital else ("degraded" if status == "ready" else status)
    response = JsonResponse({"status": status, "checks": found}, status=503 if status == "not_ready" else 200)
    response["Cache-Control"] = "no-store"
    return response


@access.machine
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus: with the token of `KUYAKUSHO_METRICS_TOKEN`, or from this host where none is set."""
    if not _may_scrape(request):
        raise Missing
    response = HttpResponse(metrics.text(), content_type=metrics.CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    return response


def _may_scrape(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.META.get("HTTP_AUTHORIZATION", "")
        return hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    return ipaddress.ip_address(client_address(request)).is_loopback


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _migrations() -> str:
    global _migrated
    if _migrated:  # what is applied stays applied while this code runs
        return ""
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    _migrated = not missing
    return f"{missing} migration(s) are not applied" if missing else ""


def _disk() -> str:
    folder = Path(settings.VAR)
    if not os.access(folder, os.W_OK):
        return "the data folder can't be written"
    free = shutil.disk_usage(folder).free
    return f"only {free // 1_000_000} MB are free" if free < LEAST_DISK else ""


check("database", _database, is_vital=True)
check("migrations", _migrations, is_vital=True)
check("disk", _disk, is_vital=True)
