"""Which arithmetic a run was done with: equal runs give equal bits inside one arithmetic class only."""

from __future__ import annotations

import platform
from functools import cache

import numpy
import sklearn
import torch

from trainer_service.engine.spec import ENGINE_VERSION


@cache
def versions(device: str = "cpu") -> dict[str, str]:
    """Versions of the engine and of what it stands on, and the arithmetic class of `device`."""
    return {
        "engine": ENGINE_VERSION,
        "python": platform.python_version(),
        "torch": torch.__version__.partition("+")[0],
        "scikit-learn": sklearn.__version__,
        "numpy": numpy.__version__,
        "arithmetic_class": arithmetic_class(device),
    }


@cache
def arithmetic_class(device: str = "cpu") -> str:
    """Runs of one class repeat bit for bit; between classes they agree within a tolerance only."""
    if device.startswith("cuda"):
        kind = torch.cuda.get_device_name(device)
    else:
        kind = f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()} {_processor()}".strip()
    return (
        f"engine {ENGINE_VERSION}; torch {torch.__version__}; numpy {numpy.__version__}; "
        f"scikit-learn {sklearn.__version__}; {kind}"
    )


def _processor() -> str:
    """The processor's maker and family: math libraries choose their kernels by it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            facts = dict(line.split(":", 1) for line in lines if ":" in line)
    except OSError:
        return platform.processor()
    named = {key.strip(): value.strip() for key, value in facts.items()}
    return f"{named.get('vendor_id', '')} {named.get('cpu family', '')}".strip()
