"""Choice of device and precision, and their record for provenance."""

import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NotRequired, TypedDict

import torch

from benchmarks.engine.errors import EngineError
from benchmarks.plan.precision import AUTO, BFLOAT16, FLOAT32, arithmetic
from benchmarks.plan.steps.step import ENGINE_REVISION


class DeviceDescription(TypedDict):
    """A device in words; ``memory_gib`` is that of a GPU.

    ``processor`` is the model's name, ``instructions`` what torch's kernels use of it. Nothing
    names the machine on a network: archives of runs are passed on.
    """

    device: str
    precision: str
    threads: int
    name: str
    system: NotRequired[str]
    architecture: NotRequired[str]
    processor: NotRequired[str]
    instructions: NotRequired[str]
    precision_reason: NotRequired[str]
    memory_gib: NotRequired[float]


class Provenance(TypedDict):
    """What a number depends on besides its plan; ``versions`` of Python and packages by name."""

    device: DeviceDescription
    lanes: int
    versions: dict[str, str]
    engine_revision: int
    commit: str


RECORDED_PACKAGES = ("torch", "monai", "numpy", "scipy", "scikit-learn", "nilearn")


@dataclass(frozen=True)
class Compute:
    """A device and the precision its convolutions run in.

    ``reason`` explains a precision other than the device's default. ``is_asked`` marks one that the
    request names: it is not replaced.
    """

    device: torch.device
    precision: torch.dtype
    reason: str = ""
    is_asked: bool = False

    @property
    def arithmetic(self) -> str:
        """Return what must be equal where numbers are compared, such as ``cpu bfloat16``."""
        return arithmetic(self.device, str(self.precision).removeprefix("torch."))

    @property
    def is_mixed(self) -> bool:
        """Return whether autocast to a shorter float is on."""
        return self.precision is not torch.float32

    def autocast(self) -> torch.autocast:
        """Return the context in which networks are applied."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.is_mixed)

    def describe(self, lanes: int = 1) -> DeviceDescription:
        """Return the device's description, for provenance; ``threads`` are those of each lane."""
        text: DeviceDescription = {
            "device": str(self.device),
            "precision": str(self.precision).removeprefix("torch."),
            "threads": threads_a_lane(lanes),
            "name": platform.processor() or platform.machine(),
            "system": platform.system(),
            "architecture": platform.machine(),
        }
        if model := processor_model():
            text["processor"] = model
        text["instructions"] = torch.backends.cpu.get_cpu_capability()
        if self.reason:
            text["precision_reason"] = self.reason
        if self.device.type == "cuda":
            properties = torch.cuda.get_device_properties(self.device)
            text["name"] = properties.name
            text["memory_gib"] = round(properties.total_memory / 2**30, 1)
        return text


def processor_model(about: Path = Path("/proc/cpuinfo")) -> str:
    """Return the processor's model in words; empty where the system does not say it."""
    try:
        lines = about.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    found = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(found, "")


def choose_compute(wanted: str | None = None, precision: str = AUTO) -> Compute:
    """Return the device named by ``wanted`` or REVIEWDB_DEVICE (``auto``, ``cpu``, ``cuda:N``).

    ``precision`` is one of `plan.precision.PRECISIONS`. Raises EngineError with the available
    devices where the requested one is missing.
    """
    compute = _device(wanted)
    if precision == AUTO:
        return compute
    asked = {FLOAT32: torch.float32, BFLOAT16: torch.bfloat16}[precision]
    return replace(compute, precision=asked, is_asked=True)


def _device(wanted: str | None) -> Compute:
    """Return the device in the precision that suits it best."""
    name = (wanted or os.environ.get("REVIEWDB_DEVICE", "") or "auto").strip().lower()
    if name == "auto":
        name = "cuda:0" if torch.cuda.is_available() else "cpu"
    if name == "cpu":
        return Compute(torch.device("cpu"), _cpu_precision())
    if name.startswith("cuda"):
        return _cuda_compute(name)
    message = f"REVIEWDB_DEVICE must be auto, cpu or cuda:N, got {name!r}"
    raise EngineError(message)


def available_devices() -> list[str]:
    """Return the devices this torch build can use."""
    return ["cpu", *(f"cuda:{index}" for index in range(torch.cuda.device_count()))]


def _cuda_compute(name: str) -> Compute:
    try:
        device = torch.device(name if ":" in name else "cuda:0")
    except RuntimeError as error:
        message = f"REVIEWDB_DEVICE must be auto, cpu or cuda:N, got {name!r}"
        raise EngineError(message) from error
    if str(device) not in available_devices():
        message = (
            f"device {name} was asked for, but there is only: {', '.join(available_devices())}"
        )
        raise EngineError(message)
    # Chips before Ampere emulate bf16, which is slower than fp32.
    has_bf16 = torch.cuda.get_device_capability(device) >= (8, 0)
    return Compute(device, torch.bfloat16 if has_bf16 else torch.float32)


def _cpu_precision() -> torch.dtype:
    """Return bf16 where the processor multiplies it natively: emulated, it took twice as long."""
    # A torch that is too old to report it computes in fp32.
    capabilities: Mapping[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    is_native = capabilities.get("avx512_bf16") or capabilities.get("amx_bf16")
    return torch.bfloat16 if is_native else torch.float32


def threads_a_lane(lanes: int) -> int:
    """Return the number of threads per lane, for ``lanes`` concurrent steps."""
    return max(1, torch.get_num_threads() // lanes)


def provenance(compute: Compute, lanes: int = 1) -> Provenance:
    """Return what results depend on besides the plan: device, versions, commit.

    ``lanes`` is the number of steps computed at the same time.
    """
    return {
        "device": compute.describe(lanes),
        "lanes": lanes,
        "versions": {"python": platform.python_version(), **_package_versions()},
        "engine_revision": ENGINE_REVISION,
        "commit": _commit(),
    }


def _package_versions() -> dict[str, str]:
    found = {}
    for name in RECORDED_PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def _commit() -> str:
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)  # noqa: S603 - fixed words
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return result.stdout.strip()
