"""Captions of the pictures that runs produce."""

from benchmarks.models import Artifact
from frontend.presenters.results import NAMES, scenario_title


def picture_caption(picture: Artifact, *, with_scenario: bool = True) -> str:
    """Return whose picture it is and what it shows; parts that a picture lacks are left out.

    The picture's run must be loaded.
    """
    scenario = picture.scenario if with_scenario else ""
    title = scenario_title(picture.run.benchmark, scenario) if scenario else ""
    about = ", ".join(filter(None, (NAMES.get(picture.strategy, picture.strategy), title)))
    return ". ".join(filter(None, (about, picture.title.rstrip("."))))
