"""Settings of the message broker: an embedded one in the state folder, or a server by URL."""

from pathlib import Path
from typing import NotRequired, TypedDict

from reviewdb.hosts.private import FOLDER_MODE

POLLING_SECONDS = 0.05  # kombu waits a whole second by default


class BrokerSettings(TypedDict):
    """Celery's settings about its broker; ``broker_transport_options`` are those of files."""

    broker_url: str
    broker_connection_retry_on_startup: bool
    broker_transport_options: NotRequired[dict[str, str | bool | float]]


def broker_settings(url: str, folder: Path) -> BrokerSettings:
    """Return Celery's broker settings; an empty ``url`` means files below ``folder``."""
    if url and not url.startswith("filesystem://"):
        return {"broker_url": url, "broker_connection_retry_on_startup": True}
    queue, processed, control = (folder / name for name in ("queue", "processed", "control"))
    for path in (queue, processed, control):
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        path.mkdir(mode=FOLDER_MODE, exist_ok=True)
    return {
        "broker_url": "filesystem://",
        "broker_transport_options": {
            "data_folder_in": str(queue),
            "data_folder_out": str(queue),
            "processed_folder": str(processed),
            "control_folder": str(control),
            "store_processed": False,
            "polling_interval": POLLING_SECONDS,
        },
        "broker_connection_retry_on_startup": True,
    }
