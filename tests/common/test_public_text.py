"""What anybody may read tells nothing about the host."""

import pytest

from reviewdb.common.public_text import public_text, public_value


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("[Errno 2] No such file: '/home/Ada L/data/a.nii'", "[Errno 2] No such file: 'a.nii'"),
        ("/srv/www/app/x.py:12 said no", "x.py:12 said no"),
        ("cannot read (/data/brats/BraTS_1/t1.nii.gz)", "cannot read (t1.nii.gz)"),
        (r"cannot read C:\Users\ada\x.nii", "cannot read x.nii"),
        ("DATABASE_PASSWORD=tea failed", "DATABASE_PASSWORD=… failed"),
        ("no answer of redis://ada:tea@host:6379/0", "no answer of redis://host:6379/0"),
        ("home is /var/reviewdb, step /var/reviewdb/engine/ab", "home is , step engine/ab"),
        ("see https://doi.org/10.1/ab and/or n/a, 3/4", None),
        ("fit deep_coral, tissue: loss is not finite at step 40", None),
    ],
)
def test_a_path_is_cut_to_its_last_part_and_other_text_stays(text, public):
    assert public_text(text, ["/var/reviewdb"]) == (text if public is None else public)


def test_a_traceback_is_cut_to_its_error():
    text = (
        "Traceback (most recent call last):\n"
        '  File "/opt/app/benchmarks/engine/run.py", line 3, in run\n'
        "    raise ValueError\n"
        "ValueError: no domain\n"
    )
    assert public_text(text) == "ValueError: no domain\n"


def test_texts_deep_within_json_are_made_public():
    event = {"row": {"detail": {"reason": "no file /home/ada/a.nii", "scores": [0.5, None]}}}
    assert public_value(event) == {
        "row": {"detail": {"reason": "no file a.nii", "scores": [0.5, None]}}
    }
