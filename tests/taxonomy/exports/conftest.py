import pytest

from reviewdb.reviews.models import Review, Study
from taxonomy.models import Approach, Node, ReviewTree, Tag, Tagging, Taxonomy
from taxonomy.services.loading import review_load


@pytest.fixture
def bundled() -> Review:
    review_load(slug="valverde2021")
    return Review.objects.get(slug="valverde2021")


@pytest.fixture
def small() -> Review:
    tree = Taxonomy.objects.create(slug="tree", title="Tree")
    node = Node.objects.create(taxonomy=tree, path="feature", name="Feature")
    review = Review.objects.create(slug="small", title="50% & more")
    ReviewTree.objects.create(review=review, taxonomy=tree)
    study = Study.objects.create(review=review, key="1", title="=SUM(A1)", year=2020)
    Approach.objects.create(study=study, node=node, technique="MMD")
    Approach.objects.create(study=study, node=node, technique="CORAL")
    tag = Tag.objects.create(review=review, slug="key-paper", name="key paper")
    Tagging.objects.create(study=study, tag=tag)
    return review
