"""What an operator asks first when something is wrong, looked at in one go."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core import checks as system_checks

from trainer_service.models import Queue, RunState
from trainyard.celery import app
from trainyard.operations import canary, conservation
from trainyard.operations.health import Finding, database, migrations, workers
from trainyard.operations.overview import database_now

FREE_BYTES_WANTED = 1024**3
CLOCK_TOLERANCE_SECONDS = 2.0
NVIDIA_SMI = "nvidia-smi"


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


def gpu() -> Finding:
    """The graphics processors that the driver names, and whether that fits what this machine should serve."""
    is_wanted = Queue.GPU in settings.QUEUES
    names = _gpu_names()
    if names:
        return Finding("gpu", True, "; ".join(names))
    remedy = "TRAINYARD_QUEUES names gpu: install the driver, or serve the queue cpu."
    return Finding("gpu", not is_wanted, "none named by nvidia-smi", remedy)


def _gpu_names() -> list[str]:
    program = shutil.which(NVIDIA_SMI)
    if program is None:
        return []
    command = [program, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (subprocess.SubprocessError, OSError):
        return []
    return [line.strip() for line in listed.stdout.splitlines() if line.strip()]


def secret_files() -> Finding:
    """Whether the key that signs sessions is this site's alone."""
    remedy = "Let only the account of the site read or write it: `chmod 600 {}`."
    kept, given = settings.DATA_DIR / "secret_key", settings.SECRET_KEY_FILE
    if given:
        path, unwanted = Path(given), 0o022  # container runtimes hand out secrets that all may read
    elif kept.exists() and not settings.IS_PRODUCTION:
        path, unwanted = kept, 0o077
    else:
        return Finding("secrets", True, "SECRET_KEY is from the environment")
    mode = path.stat().st_mode & 0o777
    return Finding("secrets", not mode & unwanted, f"{path} has mode {mode:o}", remedy.format(path))


def clock() -> Finding:
    """How far the clocks of database and this machine are apart. Leases use only the database's."""
    before = datetime.now(UTC)
    there = database_now()
    here = before + (datetime.now(UTC) - before) / 2
    ahead = (there - here).total_seconds()
    detail = f"the database is {abs(ahead):.2f} s {'ahead of' if ahead >= 0 else 'behind'} this machine"
    remedy = (
        "Runs are safe, but times in logs are not comparable: synchronize both machines, such as by chrony."
    )
    return Finding("clock", abs(ahead) <= CLOCK_TOLERANCE_SECONDS, detail, remedy)


def site_settings() -> Finding:
    """The system checks of this site, as errors or none."""
    serious = [m for m in system_checks.run_checks(tags=["trainyard"]) if m.is_serious()]
    if serious:
        return Finding("settings", False, "; ".join(f"{m.id} {m.msg}" for m in serious), str(serious[0].hint))
    return Finding("settings", True, f"mode {settings.MODE}")


def runs() -> Finding:
    """The conservation of runs: what was accepted is in exactly one state."""
    now = conservation.count()
    detail = ", ".join(f"{getattr(now, state)} {state}" for state in RunState.values)
    problems = conservation.find_problems(now, None)
    remedy = f"Report this: {'; '.join(problems)}."
    return Finding("runs", not problems, f"{now.accepted} accepted = {detail}", remedy)


def examine(*, with_canary: bool = False) -> list[Finding]:
    """All findings, cheapest first; those that need the database are left out when it does not answer."""
    looks: list[Callable[[], Finding]] = [site_settings, secret_files, disk, gpu, broker, database]
    findings = [look() for look in looks]
    if findings[-1].is_well:
        findings.append(migrations())
        if findings[-1].is_well:
            findings += [clock(), workers(), runs()]
            if with_canary:
                findings.append(canary.wait(canary.send()))
    return findings
