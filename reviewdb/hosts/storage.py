"""Settings of artifact storage: a local folder, or an S3-compatible bucket shared by hosts."""

from pathlib import Path
from typing import TypedDict
from urllib.parse import parse_qs, urlsplit

from reviewdb.env import EnvironmentVariableError


class StorageSettings(TypedDict):
    """One entry of Django's STORAGES: the class, by its path, and what it is made with."""

    BACKEND: str
    OPTIONS: dict[str, str]


def storage_settings(url: str) -> StorageSettings:
    """Return one entry of Django's STORAGES for ``file:///folder`` or ``s3://bucket/prefix``.

    Query parameters of an S3 URL: ``endpoint`` (for servers that are not AWS) and ``region``.
    Keys come from the usual AWS variables. Raises EnvironmentVariableError for anything else.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path:
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(Path(parts.path))},
        }
    if parts.scheme == "s3" and parts.netloc:
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        options = {
            "bucket_name": parts.netloc,
            "location": parts.path.strip("/"),
            "endpoint_url": query.get("endpoint"),
            "region_name": query.get("region"),
        }
        return {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {key: value for key, value in options.items() if value},
        }
    message = f"REVIEWDB_STORAGE_URL must be file:///folder or s3://bucket/prefix, got {url!r}"
    raise EnvironmentVariableError(message)
