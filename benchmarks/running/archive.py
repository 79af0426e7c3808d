"""The file of an exported run: a zip with a manifest of digests, equal bytes for equal content."""

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from reviewdb.common.errors import RuleViolation

FORMAT, VERSION = "reviewdb-results", 1
MANIFEST = "manifest.json"
PARTS = ("run.json", "plan.json", "results.json", "files.json")
FILE = re.compile(r"files/[0-9]{4}")
MAX_ARCHIVE = 64 * 2**20
MAX_CONTENT = 256 * 2**20
MAX_MEMBERS = 5000
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time that every member carries, so that equal content gives equal bytes."""


def pack(members: Mapping[str, bytes]) -> bytes:
    """Return the archive of the members, with their manifest first."""
    digests = {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        for name, data in members.items()
    }
    manifest = {"format": FORMAT, "version": VERSION, "members": digests}
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in {MANIFEST: as_bytes(manifest), **members}.items():
            about = zipfile.ZipInfo(name, EPOCH)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.create_system, about.external_attr = 3, 0o644 << 16
            archive.writestr(about, data)
    return packed.getvalue()


def unpack(path: Path) -> dict[str, bytes]:
    """Return the checked members of an archive by name, without the manifest.

    Raises RuleViolation, naming the file and the fault, unless format, version, names, sizes and
    every SHA-256 are as they should be. No member is written anywhere.
    """
    try:
        if (size := path.stat().st_size) > MAX_ARCHIVE:
            raise refusal(path, f"it has {size} bytes, the most is {MAX_ARCHIVE}")
        with zipfile.ZipFile(path) as archive:
            return _checked(path, archive)
    except OSError as error:
        raise refusal(path, f"it cannot be read: {error.strerror or error}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        message = f"it is damaged or no archive of results ({error}); export the run again"
        raise refusal(path, message) from error


def _checked(path: Path, archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(names) > MAX_MEMBERS or len(set(names)) != len(names):
        raise refusal(path, f"it has {len(names)} members: too many, or one twice")
    for name in names:
        if name not in (MANIFEST, *PARTS) and not FILE.fullmatch(name):
            raise refusal(path, f"it has a member that does not belong there: {name!r}")
    if sum(entry.file_size for entry in entries) > MAX_CONTENT:
        raise refusal(path, f"unpacked it would exceed {MAX_CONTENT} bytes")
    if missing := sorted({MANIFEST, *PARTS} - set(names)):
        raise refusal(path, f"it lacks {missing[0]}")
    # zipfile stops at the declared size and checks its CRC, so that no member can grow beyond it.
    members = {name: archive.read(name) for name in names}
    _check_manifest(path, members)
    return {name: data for name, data in members.items() if name != MANIFEST}


def _check_manifest(path: Path, members: Mapping[str, bytes]) -> None:
    manifest = json_of(path, members, MANIFEST, dict)
    if manifest.get("format") != FORMAT:
        raise refusal(path, f"it is no archive of results: format {manifest.get('format')!r}")
    if manifest.get("version") != VERSION:
        found = manifest.get("version")
        raise refusal(path, f"its format has version {found!r}, this code reads {VERSION}")
    listed = manifest.get("members")
    if not isinstance(listed, dict) or set(listed) != set(members) - {MANIFEST}:
        raise refusal(path, "its manifest and its members differ")
    for name, about in listed.items():
        digest = hashlib.sha256(members[name]).hexdigest()
        if not isinstance(about, dict) or about.get("sha256") != digest:
            raise refusal(path, f"{name}: its SHA-256 is not that of the manifest")


def as_bytes(value: Any) -> bytes:
    """Return JSON with sorted keys: the same bytes for the same data."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def json_of(path: Path, members: Mapping[str, bytes], name: str, kind: type) -> Any:
    """Return a member's JSON; raises RuleViolation unless it is of that ``kind``."""
    try:
        value = json.loads(members[name])
    except (ValueError, RecursionError) as error:
        raise refusal(path, f"{name} is no JSON: {error}") from error
    if not isinstance(value, kind):
        raise refusal(path, f"{name} must hold a {kind.__name__}")
    return value


def refusal(path: Path, why: str) -> RuleViolation:
    """Return the error that says what is wrong with which file."""
    message = f"{path.name}: {why}"
    return RuleViolation(message, {"file": [message]})
