"""Precision of a run: what a request may ask for, and what a run was computed on."""

from collections.abc import Mapping
from typing import Any

from benchmarks.plan.errors import unknown

AUTO, FLOAT32, BFLOAT16 = "auto", "float32", "bfloat16"
PRECISIONS = (AUTO, FLOAT32, BFLOAT16)
"""``auto`` is bfloat16 where the device multiplies it natively and correctly, else float32; which
of them it was is recorded. A precision asked for by name is refused where the device errs in it.
"""


def check_precision(precision: str) -> None:
    """Raise PlanError for a precision that no run can ask for."""
    if precision not in PRECISIONS:
        raise unknown("precision", precision, list(PRECISIONS))


def arithmetic(device: object, precision: object) -> str:
    """Return the kind of device and the precision, such as ``cpu bfloat16``; empty if not known.

    Numbers of different arithmetic are never compared: the rounding of bfloat16 differs between a
    CPU and a GPU, and that of float32 from both. GPUs count as one kind.
    """
    kind = str(device or "").partition(":")[0]
    return f"{kind} {precision}" if kind and precision else ""


def arithmetic_of(provenance: Mapping[str, Any]) -> str:
    """Return the arithmetic that a run's provenance records; empty for a run that never started."""
    device = provenance.get("device")
    if not isinstance(device, Mapping):
        return ""
    return arithmetic(device.get("device"), device.get("precision"))
