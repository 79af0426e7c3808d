"""Headers and files gone wrong, kind by kind: each is refused in words before a voxel counts."""

import gzip
import io
import re

import nibabel as nib
import numpy as np
import pytest

from benchmarks.engine.domains.real.case import Volume
from benchmarks.engine.domains.real.headers import MOST_VOXELS
from benchmarks.engine.domains.real.volume_file import VolumeError
from benchmarks.engine.domains.real.volumes import read_grid

SHAPE = (12, 10, 8)
AFFINE = np.diag([2.0, 3.0, 4.0, 1.0])
NAN, INF = float("nan"), float("inf")
BY_QFORM = {"sform_code": 0, "qform_code": 1}


def values():
    return np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)


def written(path, *, cut=None, version=nib.Nifti1Image, **fields):
    """Write a sound volume whose header was given other fields; return its path."""
    content = version(values(), AFFINE).to_bytes()
    header = version.header_class.from_fileobj(io.BytesIO(content), check=False)
    for name, value in fields.items():
        header[name] = value
    whole = (header.binaryblock + content[len(header.binaryblock) :])[:cut]
    path.write_bytes(gzip.compress(whole) if path.suffix == ".gz" else whole)
    return path


def refusal(path, **volume):
    with pytest.raises(VolumeError) as refused:
        read_grid(Volume(path, **volume))
    assert refused.value.path == path
    assert refused.value.what
    assert refused.value.remedy
    return str(refused.value)


def matrix(row, column, value):
    """Return the rows of sform with one number changed."""
    rows = AFFINE[:3].copy()
    rows[row, column] = value
    return {f"srow_{axis}": rows[place] for place, axis in enumerate("xyz")}


def dims(*sizes):
    return np.array([len(sizes), *sizes, *[1] * (7 - len(sizes))], dtype=np.int16)


@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (
            {"dim": dims(30000, 30000, 30000)},
            f"30000 x 30000 x 30000 voxels, more than {MOST_VOXELS}",
        ),
        ({"dim": dims(32767, 32767, 32767, 32767, 32767)}, "not 3D"),
        (
            {"dim": dims(600, 600, 600)},
            "cut short or its header is wrong: 432000000 bytes promised",
        ),
        ({"dim": dims(12, 10, -8)}, "12 x 10 x -8 voxels"),
        ({"dim": dims(12, 0, 8)}, "12 x 0 x 8 voxels"),
        ({"dim": dims(12, 10)}, "not 3D|one slice"),
        ({"dim": dims(12, 10, 1)}, "is one slice"),
        ({"dim": dims(6, 5, 8, 4)}, "6 x 5 x 8 x 4, not 3D"),
        ({"dim": dims(1, 12, 10, 8)}, "not 3D"),
        ({"dim": np.zeros(8, np.int16)}, "cannot be read|voxels"),
        ({"dim": dims(12, 10, 9)}, "cut short|cannot be read"),
        (
            {"datatype": 32, "bitpix": 64, "dim": dims(6, 5, 8)},
            "complex numbers .*save the magnitude",
        ),
        ({"datatype": 1792, "bitpix": 128, "dim": dims(6, 5, 4)}, "complex numbers"),
        ({"datatype": 128, "bitpix": 24, "dim": dims(8, 10, 8)}, "no grey values but R, G, B"),
        ({"datatype": 2304, "bitpix": 32, "dim": dims(6, 10, 8)}, "no grey values but R, G, B, A"),
        ({"datatype": 1}, "cannot be read"),
        ({"datatype": 0}, "cannot be read|no grey values"),
        ({"datatype": 999}, "cannot be read"),
        ({"vox_offset": 1e30}, "cannot be read|cut short"),
        ({"vox_offset": NAN}, "cannot be read"),
        ({"magic": b"abc"}, "cannot be read|which side is left"),
        ({"scl_slope": INF, "scl_inter": 0}, "scaling is infinite"),
        ({"scl_slope": 2, "scl_inter": NAN}, "cannot be read|NaN or infinite"),
        ({"scl_slope": 3e38, "scl_inter": 0}, "NaN or infinite"),
        (matrix(1, 1, NAN), "affine holds NaN or infinite"),
        (matrix(0, 3, INF), "affine holds NaN or infinite"),
        (matrix(2, 2, 0), "voxels of 2 x 3 x 0 mm|by sform"),
        (matrix(2, 2, 9), "4 mm by pixdim, 2 x 3 x 9 mm by sform"),
        ({**matrix(2, 2, 1e6), "sform_code": 4}, r"voxels of 2 x 3 x 1e\+06 mm; .*must be in mm"),
        ({**matrix(2, 2, 1e-6), "sform_code": 4}, "voxels of 2 x 3 x 1e-06 mm"),
        ({**matrix(0, 1, 2.0), "sform_code": 4}, "not at right angles"),
        (matrix(0, 0, -2.0) | {"qform_code": 1}, r"\(axes RAS\) and sform \(axes LAS\) contradict"),
        ({"sform_code": 0, "qform_code": 0}, "does not define which side is left: .*are 0"),
        ({**BY_QFORM, "quatern_b": NAN}, "NaN or infinite|cannot be read"),
        ({"sform_code": 0, "qform_code": 1, "pixdim": [1, 2, 3, 0, 1, 1, 1, 1]}, "2 x 3 x 0 mm"),
        ({"sform_code": 0, "qform_code": 1, "pixdim": [1, 2, -3, 4, 1, 1, 1, 1]}, "2 x -3 x 4 mm"),
        (
            {"sform_code": 0, "qform_code": 1, "pixdim": [1, 2, NAN, 4, 1, 1, 1, 1]},
            "NaN or infinite",
        ),
    ],
)
def test_a_header_gone_wrong_is_refused(fields, says, ending, tmp_path):
    said = refusal(written(tmp_path / f"a{ending}", **fields))
    assert re.search(says, said), said


def test_axes_turned_so_far_that_up_is_unclear_are_refused(tmp_path):
    turn = np.deg2rad(43)
    tilt = np.array([[1, 0, 0], [0, np.cos(turn), -np.sin(turn)], [0, np.sin(turn), np.cos(turn)]])
    nib.save(nib.Nifti1Image(values(), nib.affines.from_matvec(tilt * 2)), tmp_path / "a.nii")
    assert "turned by 43 degrees" in refusal(tmp_path / "a.nii")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"scl_slope": 0, "scl_inter": 7},
        {"scl_slope": NAN, "scl_inter": NAN},
        {"dim": dims(*SHAPE, 1)},
        {"dim": dims(*SHAPE, 1, 1)},
        {"qform_code": 1},
        {"sform_code": 0, "qform_code": 1},
        {"pixdim": [1, 0, 0, 0, 1, 1, 1, 1]},
    ],
)
@pytest.mark.parametrize("version", [nib.Nifti1Image, nib.Nifti2Image])
def test_a_header_that_says_it_in_another_way_is_read(fields, version, tmp_path):
    if version is nib.Nifti2Image and "dim" in fields:
        fields = {"dim": fields["dim"].astype(np.int64)}
    grid = read_grid(Volume(written(tmp_path / "a.nii.gz", version=version, **fields)))
    assert np.array_equal(grid.values, values())
    assert np.allclose(grid.affine[:3, :3], AFFINE[:3, :3])


def test_the_other_byte_order_is_read(tmp_path):
    image = nib.Nifti1Image(values(), AFFINE)
    turned = nib.Nifti1Image(values(), AFFINE, image.header.as_byteswapped(">"))
    nib.save(turned, tmp_path / "a.nii.gz")
    assert np.array_equal(read_grid(Volume(tmp_path / "a.nii.gz")).values, values())


def test_templates_may_have_another_space_than_the_scanner_but_not_another_left(tmp_path):
    moved = {**matrix(1, 1, 3.6), "sform_code": 4, "qform_code": 1}
    grid = read_grid(Volume(written(tmp_path / "a.nii", **moved)))
    assert grid.spacing_mm.tolist() == pytest.approx([2, 3.6, 4])


def flipped_bit(path):
    content = bytearray(path.read_bytes())
    content[-6] ^= 1  # in the checksum: voxels read well
    path.write_bytes(content)


def cut_off(path):
    path.write_bytes(path.read_bytes()[:-3])


def followed_by_text(path):
    path.write_bytes(path.read_bytes() + b"<html>")


def emptied(path):
    path.write_bytes(b"")


def replaced_by_a_page(path):
    path.write_bytes(b"<html>sign in</html>")


def replaced_by_a_folder(path):
    path.unlink()
    path.mkdir()


def replaced_by_a_link_to_nowhere(path):
    path.unlink()
    path.symlink_to(path.with_name("annex.nii.gz"))


def replaced_by_a_loop(path):
    path.unlink()
    path.symlink_to(path)


def removed(path):
    path.unlink()


def unpacked(path):
    path.write_bytes(gzip.decompress(path.read_bytes()))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (flipped_bit, "CRC check failed"),
        (cut_off, "cut short"),
        (followed_by_text, "cannot be read"),
        (emptied, "is empty"),
        (replaced_by_a_page, "not compressed although its name ends in .gz"),
        (replaced_by_a_folder, "is a folder, not a file"),
        (replaced_by_a_link_to_nowhere, "is a link to a file that is not there"),
        (replaced_by_a_loop, "link|cannot be read"),
        (removed, "is not there"),
        (unpacked, "not compressed although its name ends in .gz; rename it to .nii"),
    ],
)
def test_a_file_gone_wrong_is_refused(spoil, says, tmp_path):
    path = written(tmp_path / "a.nii.gz")
    spoil(path)
    said = refusal(path)
    assert re.search(says, said), said


def test_what_follows_the_voxels_without_end_is_not_read_to_the_end(tmp_path):
    path = written(tmp_path / "a.nii.gz")
    path.write_bytes(path.read_bytes() + gzip.compress(bytes(2**26 + 2**21), 1))
    assert "follow the voxels" in refusal(path)


def test_a_compressed_file_without_its_ending_is_named(tmp_path):
    path = written(tmp_path / "a.nii.gz").rename(tmp_path / "a.nii")
    assert "rename it to a.nii.gz" in refusal(path)


def test_a_frame_that_is_not_there_is_refused_by_number(tmp_path):
    path = written(tmp_path / "a.nii", dim=dims(6, 5, 8, 4))
    assert read_grid(Volume(path, frame=3)).values.shape == (6, 5, 8)
    assert "has no frame 4" in refusal(path, frame=4)
    assert "has no frame 1" in refusal(written(tmp_path / "b.nii"), frame=1)


def test_a_frame_of_a_damaged_file_is_refused_too(tmp_path):
    path = written(tmp_path / "a.nii.gz", dim=dims(6, 5, 8, 4))
    flipped_bit(path)
    assert "CRC check failed" in refusal(path, frame=0)


def test_an_analyze_pair_is_read_only_where_the_data_set_says_which_side_is_left(tmp_path):
    nib.save(nib.AnalyzeImage(values(), np.diag([2, 3, 4, 1])), tmp_path / "a.hdr")
    path = tmp_path / "a.hdr"
    assert "does not define which side is left: Analyze" in refusal(path)
    left, right = (read_grid(Volume(path, axes=axes)) for axes in ("LAS", "RAS"))
    assert np.array_equal(right.values, values())
    assert np.array_equal(left.values, values()[::-1])
    (tmp_path / "a.img").unlink()
    assert "a.img" in refusal(path, axes="LAS")


def test_half_of_an_analyze_image_is_refused(tmp_path):
    nib.save(nib.AnalyzeImage(values(), np.diag([2, 3, 4, 1])), tmp_path / "a.hdr")
    image = tmp_path / "a.img"
    image.write_bytes(image.read_bytes()[:100])
    assert "cut short" in refusal(tmp_path / "a.hdr", axes="LAS")


def test_nibabel_does_not_tell_the_terminal_of_headers_it_corrects(tmp_path, capfd):
    read_grid(Volume(written(tmp_path / "a.nii", pixdim=[1, 0, 0, 0, 1, 1, 1, 1])))
    assert capfd.readouterr().err == ""
