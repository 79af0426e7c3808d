"""No process of the engine outlives whoever it works for."""

import os
import threading
import time

CHECK_SECONDS = 0.5
EXIT_CODE = 3


def end_with(parent: int) -> None:
    """End this process as soon as its parent is another one: nobody would hear it any more."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(CHECK_SECONDS)
        os._exit(EXIT_CODE)

    threading.Thread(target=watch, daemon=True).start()
