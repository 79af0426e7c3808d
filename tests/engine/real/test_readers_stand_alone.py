"""A reader that is taken away takes its own data set away, and nothing else."""

import subprocess
import sys

import pytest

from benchmarks.engine.domains.real.catalog import DATASETS, HOME, READERS, readers


@pytest.mark.parametrize("name", READERS)
def test_without_its_file_only_its_own_data_set_is_gone(name, monkeypatch):
    whole = [dataset.world for dataset in readers()]
    monkeypatch.setitem(sys.modules, f"{HOME}.{name}", None)
    left = [dataset.world for dataset in readers()]
    assert left == [world for world in whole if DATASETS[world].read.__module__ != f"{HOME}.{name}"]


def test_a_reader_that_is_broken_is_not_passed_over(monkeypatch, tmp_path):
    (tmp_path / "broken.py").write_text("import no_such_module\n", "utf-8")
    monkeypatch.setattr(sys.modules[HOME], "__path__", [str(tmp_path)])
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        list(readers(("broken",)))


def test_every_reader_reads_another_data_set():
    assert len(DATASETS) == len(list(readers()))


def test_listing_data_sets_needs_no_torch():
    program = (
        "import sys\n"
        "from benchmarks.engine.domains.describe import describe_worlds\n"
        "describe_worlds()\n"
        "sys.exit('torch' in sys.modules or 'monai' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
