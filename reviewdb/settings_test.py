"""Settings of the tests: a separate state folder, fast password hashing, jobs run synchronously."""

import os
import tempfile

os.environ.setdefault("REVIEWDB_HOME", tempfile.mkdtemp(prefix="reviewdb-test-"))

import reviewdb.celery  # noqa: F401 - else mypy's Django plugin meets models before settings
from reviewdb.settings import *  # noqa: F403 - tests change only what is named below
from reviewdb.settings import CELERY

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY = {**CELERY, "task_always_eager": True, "task_eager_propagates": True}
