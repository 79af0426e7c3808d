"""Energy is read where the device tells it, and nowhere made up."""

import torch

from benchmarks.engine.running.energy import joules

CPU = torch.device("cpu")


def counter(folder, name, text):
    (folder / name).mkdir()
    (folder / name / "energy_uj").write_text(text, encoding="ascii")


def test_processor_packages_are_added_and_their_parts_are_not(tmp_path):
    counter(tmp_path, "intel-rapl:0", "2000000\n")
    counter(tmp_path, "intel-rapl:1", "500000\n")
    counter(tmp_path, "intel-rapl:0:0", "900000\n")
    assert joules(CPU, rapl=tmp_path) == 2.5


def test_a_silent_or_unreadable_device_has_no_energy(tmp_path):
    assert joules(CPU, rapl=tmp_path / "none") is None
    (tmp_path / "intel-rapl:0").mkdir()
    assert joules(CPU, rapl=tmp_path) is None
