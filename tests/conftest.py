"""What all tests share."""

import os

# Two workers of pytest-xdist on two cores: a thread pool in each would only fight over them.
os.environ.setdefault("OMP_NUM_THREADS", "1")
