"""Energy counters of GPUs (NVML) and processors (RAPL)."""

from pathlib import Path

import torch

RAPL = Path("/sys/class/powercap")
MICROJOULES, MILLIJOULES = 1e-6, 1e-3


def joules(device: torch.device, *, rapl: Path = RAPL) -> float | None:
    """Return the energy counter in J, meaningful in differences only; None if there is none.

    A GPU's is read through NVML, where the package nvidia-ml-py is installed; a processor's through
    RAPL, where its counters are readable. Both count the whole device, other work included.
    """
    return _of_gpu(device) if device.type == "cuda" else _of_packages(rapl)


def _of_packages(rapl: Path) -> float | None:
    """Return the sum over processor packages, which include their parts (``intel-rapl:0:0``)."""
    counters = [path / "energy_uj" for path in rapl.glob("*-rapl:*") if path.name.count(":") == 1]
    try:
        found = [int(counter.read_text("ascii")) for counter in counters]
    except (OSError, ValueError):
        return None
    return sum(found) * MICROJOULES if found else None


def _of_gpu(device: torch.device) -> float | None:
    try:
        import pynvml
    except ImportError:
        return None
    try:
        pynvml.nvmlInit()
        handle = pynvml.nvmlDeviceGetHandleByUUID(
            f"GPU-{torch.cuda.get_device_properties(device).uuid}"
        )
        return float(pynvml.nvmlDeviceGetTotalEnergyConsumption(handle)) * MILLIJOULES
    except pynvml.NVMLError:
        return None
