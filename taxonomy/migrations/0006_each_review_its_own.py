"""Reviews keep their trees; each vocabulary goes to its review, a copy to each further one."""

from django.db import migrations

BUNDLED = "transfer-learning"


def give_to_reviews(apps, schema_editor):
    """Fill the new columns from the shared rows."""
    Review = apps.get_model("reviews", "Review")
    ReviewTree = apps.get_model("taxonomy", "ReviewTree")
    Vocabulary = apps.get_model("taxonomy", "Vocabulary")
    for review in Review.objects.exclude(taxonomy=None).select_related("taxonomy"):
        ReviewTree.objects.create(review=review, taxonomy=review.taxonomy)
        tree = review.taxonomy
        if tree.slug == review.slug != BUNDLED and tree.reviews.count() == 1:
            tree.review = review
            tree.save()
    first = Review.objects.order_by("pk").first()
    for vocabulary in Vocabulary.objects.all():
        _split(apps, vocabulary, first)


def _split(apps, vocabulary, first):
    """Leave the vocabulary to the first review that uses it; others get copies of what they use."""
    Attribute = apps.get_model("taxonomy", "Attribute")
    Term = apps.get_model("taxonomy", "Term")
    Vocabulary = apps.get_model("taxonomy", "Vocabulary")
    stated = Attribute.objects.filter(term__vocabulary=vocabulary)
    reviews = sorted(set(stated.order_by().values_list("study__review", flat=True)))
    owner = reviews[0] if reviews else first and first.pk
    if owner is None:
        vocabulary.delete()
        return
    Vocabulary.objects.filter(pk=vocabulary.pk).update(review=owner)
    for review in reviews[1:]:
        copy = Vocabulary.objects.create(
            review_id=review, slug=vocabulary.slug, name=vocabulary.name,
            description=vocabulary.description,
        )
        theirs = stated.filter(study__review=review)
        for term in Term.objects.filter(pk__in=list(theirs.values_list("term", flat=True))):
            twin = Term.objects.create(vocabulary=copy, slug=term.slug, value=term.value)
            theirs.filter(term=term).update(term=twin)


def share_again(apps, schema_editor):
    """The way back: one vocabulary a slug, one term a slug in it."""
    Attribute = apps.get_model("taxonomy", "Attribute")
    ReviewTree = apps.get_model("taxonomy", "ReviewTree")
    Term = apps.get_model("taxonomy", "Term")
    Vocabulary = apps.get_model("taxonomy", "Vocabulary")
    for row in ReviewTree.objects.select_related("review", "taxonomy"):
        row.review.taxonomy = row.taxonomy
        row.review.save()
    kept = {}
    for vocabulary in Vocabulary.objects.order_by("pk"):
        first = kept.setdefault(vocabulary.slug, vocabulary)
        if first.pk == vocabulary.pk:
            continue
        for term in vocabulary.terms.all():
            twin, _ = Term.objects.get_or_create(
                vocabulary=first, slug=term.slug, defaults={"value": term.value}
            )
            Attribute.objects.filter(term=term).update(term=twin)
        vocabulary.delete()


class Migration(migrations.Migration):

    dependencies = [("taxonomy", "0005_trees_and_vocabularies_of_reviews")]

    operations = [migrations.RunPython(give_to_reviews, share_again)]
