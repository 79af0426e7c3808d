"""One 2D image: every kind of grey value is read upright, everything else refused with a remedy."""

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from benchmarks.engine.domains.real.picture_file import read_picture
from benchmarks.engine.domains.real.volume_file import VolumeError
from tests.engine.real.trees import drawing, picture


def dicom(path, values, **changes):
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    data.Rows, data.Columns = values.shape[-2:]
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated = data.BitsStored = 16
    data.HighBit, data.PixelRepresentation = 15, 0
    data.PixelData = values.astype(np.uint16).tobytes()
    for name, value in changes.items():
        setattr(data, name, value)
    data.save_as(path, enforce_file_format=True)
    return path


def test_a_grey_png_is_its_values(tmp_path):
    assert (read_picture(picture(tmp_path / "a.png", drawing(1))).values == drawing(1)).all()


def test_sixteen_bits_are_kept(tmp_path):
    values = drawing(1).astype(np.uint16) * 200
    for name in ("a.png", "a.tif"):
        assert (read_picture(picture(tmp_path / name, values)).values == values).all()


def test_grey_saved_as_colour_is_grey(tmp_path):
    grey = Image.fromarray(drawing(1))
    grey.convert("RGB").save(tmp_path / "a.png")
    grey.convert("P").save(tmp_path / "b.png")
    for name in ("a.png", "b.png"):
        assert np.abs(read_picture(tmp_path / name).values - drawing(1)).max() <= 1


def test_what_is_transparent_is_black(tmp_path):
    grey = Image.fromarray(np.full((32, 32), 200, np.uint8))
    alpha = np.zeros((32, 32), np.uint8)
    alpha[8:24, 8:24] = 255
    Image.merge("LA", (grey, Image.fromarray(alpha))).save(tmp_path / "a.png")
    values = read_picture(tmp_path / "a.png").values
    assert (values[8:24, 8:24] == 200).all()
    assert values.sum() == 200 * 16 * 16


def test_exif_orientation_turns_the_image_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn clockwise shows it upright
    turned = np.rot90(drawing(1))
    picture(tmp_path / "a.jpg", turned, exif=exif, quality=100, subsampling=0)
    assert np.abs(read_picture(tmp_path / "a.jpg").values - drawing(1)).mean() < 2


def test_white_is_zero_in_a_tiff_is_inverted(tmp_path):
    values = drawing(1).astype(np.uint16)
    picture(tmp_path / "a.tif", 65535 - values, tiffinfo={262: 0})
    assert (read_picture(tmp_path / "a.tif").values == values).all()


def test_dicom_is_rescaled_and_named(tmp_path):
    path = dicom(
        tmp_path / "a.dcm",
        drawing(1),
        RescaleSlope=2,
        RescaleIntercept=-100,
        PixelSpacing=[1.0, 0.5],
        PatientID="12345",
    )
    found = read_picture(path)
    assert (found.values == drawing(1) * 2.0 - 100).all()
    assert (found.aspect, found.person) == (2.0, "12345")


def test_monochrome1_is_turned_so_that_bright_is_much(tmp_path):
    path = dicom(tmp_path / "a.dcm", 255 - drawing(1), PhotometricInterpretation="MONOCHROME1")
    values = read_picture(path).values
    assert np.corrcoef(values.ravel(), drawing(1).ravel())[0, 1] > 0.999


def colour(path):
    return picture(path, np.stack([drawing(1), drawing(2), drawing(3)], axis=-1))


def pages(path):
    first, second = Image.fromarray(drawing(1)), Image.fromarray(drawing(2))
    first.save(path, save_all=True, append_images=[second])


def cut_short(path):
    picture(path, drawing(1))
    path.write_bytes(path.read_bytes()[:900])


def frames(path):
    dicom(path, np.stack([drawing(1)] * 3), NumberOfFrames=3)


def without_pixels(path):
    data = pydicom.dcmread(dicom(path, drawing(1)))
    del data.PixelData
    data.save_as(path)


def palette(path):
    dicom(path, drawing(1), PhotometricInterpretation="PALETTE COLOR")


@pytest.mark.parametrize(
    ("name", "make", "says"),
    [
        ("a.png", colour, "is coloured in .* of its pixels.*; save the grey values"),
        ("a.tif", pages, "holds 2 pages; save each as a file of its own"),
        ("a.png", cut_short, r"cannot be read \(.*\); fetch or save it again"),
        ("a.png", lambda path: path.write_text("no image"), "is no PNG, JPEG, TIFF or DICOM"),
        ("a.png", lambda path: None, "is not there; put it back"),
        ("a.png", lambda path: picture(path, drawing(1, size=8)), "is 8 x 8 pixels; give at least"),
        ("a.png", lambda path: picture(path, np.zeros((32, 32), np.uint8)), "shows nothing"),
        ("a.jpg", lambda path: Image.new("CMYK", (32, 32)).save(path), "colours of print"),
        ("a.dcm", frames, "holds 3 frames; save each frame"),
        ("a.dcm", without_pixels, "is a DICOM file without an image; remove it"),
        ("a.dcm", palette, "has pixels of kind PALETTE COLOR; save it as grey values"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_remedy(name, make, says, tmp_path):
    make(tmp_path / name)
    with pytest.raises(VolumeError, match=says) as refused:
        read_picture(tmp_path / name)
    assert str(tmp_path / name) in str(refused.value)
