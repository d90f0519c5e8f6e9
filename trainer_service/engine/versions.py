"""Which arithmetic a run was done with: equal runs give equal bits inside one arithmetic class only."""

from __future__ import annotations

import platform
from functools import cache

import numpy
import sklearn
import torch
from threadpoolctl import ThreadpoolController

from trainer_service.engine import processor
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
        capability = torch.backends.cpu.get_cpu_capability()
        kind = f"{platform.machine()} {capability} {_processor()} {_kernels()}".strip()
    return (
        f"engine {ENGINE_VERSION}; torch {torch.__version__}; numpy {numpy.__version__}; "
        f"scikit-learn {sklearn.__version__}; {kind}"
    )


def _processor() -> str:
    """The processor's maker and family: math libraries choose their kernels by it."""
    named = processor.facts()
    if not named:
        return platform.processor()
    return f"{named.get('vendor_id', '')} {named.get('cpu family', '')}".strip()


def _kernels() -> str:
    """The kernels that numpy's products run on; the operator may name others for the same processor."""
    pools = ThreadpoolController().info()
    return "/".join(sorted({pool["architecture"] for pool in pools if pool.get("architecture")}))
