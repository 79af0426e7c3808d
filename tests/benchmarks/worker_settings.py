"""Settings of the worker processes that tests start: the real ones, with the pretended engine."""

import os
import sys
from pathlib import Path

from reviewdb.settings import *  # noqa: F403 - only engine and queue are others
from reviewdb.settings import CELERY

REVIEWDB_ENGINE_COMMAND = [sys.executable, str(Path(__file__).with_name("fake_engine.py"))]
CELERY = {**CELERY, "task_default_queue": os.environ["QUEUE_OF_TEST"]}  # one Redis, many tests
