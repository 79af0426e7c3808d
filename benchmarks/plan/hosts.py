"""The host of a run in words that name no machine: system, architecture, processor, torch."""

from collections.abc import Mapping
from typing import Any

UNKNOWN = "an unknown host"


def host_words(provenance: Mapping[str, Any]) -> str:
    """Return such as ``Linux, x86-64, Intel Xeon, torch 2.13.0``, of what is recorded.

    Provenance holds no name or address of a machine, and nothing else of it is told here.
    """
    device, versions = (_part(provenance, name) for name in ("device", "versions"))
    is_gpu = "memory_gib" in device
    architecture = device.get("architecture") or (None if is_gpu else device.get("name"))
    torch = versions.get("torch")
    parts = (
        device.get("system"),
        str(architecture).replace("_", "-") if architecture else None,
        device.get("processor"),
        device.get("name") if is_gpu else None,
        f"torch {str(torch).partition('+')[0]}" if torch else None,
    )
    return ", ".join(str(part) for part in parts if part) or UNKNOWN


def _part(provenance: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = provenance.get(name)
    return found if isinstance(found, Mapping) else {}
