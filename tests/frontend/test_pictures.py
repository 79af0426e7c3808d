import pytest

from benchmarks.models import Artifact, Run
from frontend.presenters.pictures import picture_caption


@pytest.mark.parametrize(
    ("strategy", "scenario", "title", "caption"),
    [
        ("", "", "Average ranks", "Average ranks"),
        ("", "tissue", "Feature spaces.", "Deep grey matter on T1. Feature spaces"),
        ("deep_coral", "", "Weights", "Deep CORAL. Weights"),
        ("deep_coral", "gone", "Worst test subject", "Deep CORAL, gone. Worst test subject"),
    ],
)
def test_a_caption_leaves_out_what_a_picture_lacks(strategy, scenario, title, caption):
    picture = Artifact(
        run=Run(benchmark="site-shift"), strategy=strategy, scenario=scenario, title=title
    )
    assert picture_caption(picture) == caption
