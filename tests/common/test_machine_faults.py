"""A fault of the machine is told in words, and told apart from a fault of the work."""

import errno
import os

import pytest

from reviewdb.common.machine_faults import machine_fault

TORCH_WRITES = "[enforce fail at inline_container.cc:672] . unexpected pos 576 vs 534"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full: free some space"),
        (errno.EDQUOT, "the disk quota is used up"),
        (errno.EFBIG, "a file grew beyond the size allowed"),
        (errno.EROFS, "the file system is read-only"),
        (errno.EACCES, "may not be read or written"),
        (errno.EMFILE, "too many files are open"),
        (errno.EIO, "check the disk"),
        (errno.ENOMEM, "the machine is out of memory"),
    ],
)
def test_a_fault_of_the_machine_is_told_with_its_remedy_and_without_a_path(number, words):
    said = machine_fault(OSError(number, os.strerror(number), "/home/ada/steps/ab/fit.pt"))
    assert words in said
    assert "/home" not in said
    assert "finished steps are kept" in said


@pytest.mark.parametrize(
    "error",
    [
        MemoryError("Unable to allocate 728. TiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate"),
    ],
)
def test_no_memory_is_the_machines_fault(error):
    assert "out of memory" in machine_fault(error)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("weights must be finite"),
        FileNotFoundError(errno.ENOENT, "No such file", "case.nii"),
        RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"),
        RuntimeError("PytorchStreamReader failed reading zip archive"),
    ],
)
def test_a_fault_of_the_work_is_none_of_the_machines(error):
    assert machine_fault(error) == ""


def test_a_fault_is_found_behind_the_error_that_was_raised_from_it():
    error = ValueError("the domain cannot be kept")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert machine_fault(error).startswith("the disk is full")


@pytest.mark.parametrize("said", [TORCH_WRITES, "100000 requested and 12484 written"])
def test_a_library_that_hides_why_it_could_not_write_is_found_out(said, tmp_path, monkeypatch):
    assert machine_fault(RuntimeError(said), tmp_path).startswith("a file could not be written")

    def no_room(**_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", no_room)
    assert machine_fault(RuntimeError(said), tmp_path).startswith("the disk is full")
