"""The host of a run in words: what is recorded of its kind, and no name of a machine."""

import platform

from benchmarks.engine.running.device import choose_compute, provenance
from benchmarks.plan.hosts import UNKNOWN, host_words


def test_a_host_is_told_by_its_kind():
    device = {"system": "Linux", "architecture": "x86_64", "name": "x86_64", "processor": "Xeon 1"}
    about = {"device": device, "versions": {"torch": "2.13.0+cpu"}}
    assert host_words(about) == "Linux, x86-64, Xeon 1, torch 2.13.0"
    gpu = {**about, "device": {**device, "name": "NVIDIA H100", "memory_gib": 78.0}}
    assert host_words(gpu) == "Linux, x86-64, Xeon 1, NVIDIA H100, torch 2.13.0"


def test_an_older_or_damaged_provenance_tells_what_it_holds():
    assert host_words({"device": {"name": "x86_64"}}) == "x86-64"
    assert host_words({"device": "pretended"}) == host_words({}) == UNKNOWN


def test_what_the_engine_records_names_no_machine():
    found = provenance(choose_compute("cpu"))
    assert host_words(found).startswith(f"{platform.system()}, ")
    assert platform.node() not in str(found)
