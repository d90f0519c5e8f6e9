"""What an operator asks first when something is wrong, looked at in one go."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from django.conf import settings
from django.core import checks as system_checks

from trainer_service.models import Run, RunState
from trainyard.celery import app
from trainyard.operations.health import Finding, database, migrations, workers

FREE_BYTES_WANTED = 1024**3


def broker() -> Finding:
    """Whether a message could be sent now. Without a broker work goes on, found by the workers' own clock."""
    connection = app.connection_for_write()
    try:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=2)
    except connection.recoverable_connection_errors as error:
        remedy = (
            "Start the broker named by CELERY_BROKER_URL; until then runs start up to some seconds later."
        )
        return Finding("broker", False, str(error) or type(error).__name__, remedy)
    finally:
        connection.release()
    return Finding("broker", True, str(connection.transport_cls or connection.as_uri()))


def disk() -> Finding:
    """Free space where data, logs and artifacts go."""
    free = shutil.disk_usage(settings.DATA_DIR).free
    detail = f"{free / 1024**3:.1f} GiB free in {settings.DATA_DIR}"
    return Finding(
        "disk", free >= FREE_BYTES_WANTED, detail, "Free at least 1 GiB, or move TRAINYARD_DATA_DIR."
    )


def secrets() -> Finding:
    """The system checks of this site, as errors or none."""
    serious = [m for m in system_checks.run_checks(tags=["trainyard"]) if m.is_serious()]
    if serious:
        return Finding("settings", False, "; ".join(f"{m.id} {m.msg}" for m in serious), str(serious[0].hint))
    return Finding("settings", True, f"mode {settings.MODE}")


def runs() -> Finding:
    """The conservation of runs: what was accepted is in exactly one state."""
    counts = {state: Run.objects.filter(state=state).count() for state in RunState.values}
    accepted = Run.objects.count()
    detail = ", ".join(f"{count} {state}" for state, count in counts.items())
    is_conserved = accepted == sum(counts.values())
    return Finding(
        "runs", is_conserved, f"{accepted} accepted = {detail}", "A run is in an unknown state: report this."
    )


def examine() -> list[Finding]:
    """All findings, cheapest first; those that need the database are left out when it does not answer."""
    looks: list[Callable[[], Finding]] = [secrets, disk, broker, database]
    findings = [look() for look in looks]
    if findings[-1].is_well:
        findings.append(migrations())
        if findings[-1].is_well:
            findings += [workers(), runs()]
    return findings
