"""Models of trees and approaches, of attributes with their vocabularies, and of tags."""

from django.conf import settings
from django.db import models

from reviewdb.reviews.models.reviews import Review
from reviewdb.reviews.models.studies import Study


class Taxonomy(models.Model):
    """A versioned tree of nodes: bundled and shared, or a review's own, loaded with its folder."""

    review = models.ForeignKey(
        Review, on_delete=models.CASCADE, null=True, blank=True, related_name="own_trees"
    )
    slug = models.SlugField()
    version = models.CharField(max_length=20, default="1")
    title = models.CharField(max_length=300)
    reference = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "taxonomies"
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "version"],
                condition=models.Q(review=None),
                name="one_shared_taxonomy_per_version",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} (version {self.version})"


class ReviewTree(models.Model):
    """The tree in which a review classifies its studies."""

    review = models.OneToOneField(Review, on_delete=models.CASCADE, related_name="tree")
    taxonomy = models.ForeignKey(Taxonomy, on_delete=models.RESTRICT, related_name="review_trees")

    def __str__(self) -> str:
        return f"{self.review}: {self.taxonomy}"


class Node(models.Model):
    """A place in the tree: what is transferred and how. ``path`` holds the slugs from the root."""

    taxonomy = models.ForeignKey(Taxonomy, on_delete=models.CASCADE, related_name="nodes")
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children"
    )
    path = models.CharField(max_length=300)
    name = models.CharField(max_length=200)
    position = models.PositiveIntegerField(default=0, help_text="Order of a depth-first walk.")
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["taxonomy", "position"]
        constraints = [
            models.UniqueConstraint(fields=["taxonomy", "path"], name="one_node_per_path")
        ]

    def __str__(self) -> str:
        return self.path

    @property
    def level(self) -> int:
        """Return 0 for a type, 1 for a subtype, 2 for a sub-subtype."""
        return self.path.count("/")


class Approach(models.Model):
    """One use of transfer in one study; a study can have several, also under one node."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="approaches")
    node = models.ForeignKey(Node, on_delete=models.RESTRICT, related_name="approaches")
    technique = models.CharField(max_length=300)
    section = models.CharField(max_length=100, blank=True, help_text="Where the source says so.")

    class Meta:
        ordering = ["study", "id"]
        verbose_name_plural = "approaches"
        constraints = [
            models.UniqueConstraint(
                fields=["study", "node", "technique"], name="one_approach_per_technique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.technique} ({self.node})"


class Vocabulary(models.Model):
    """A review's controlled vocabulary: the attribute's name and the values it may take."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="vocabularies")
    slug = models.SlugField()
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "vocabularies"
        constraints = [
            models.UniqueConstraint(fields=["review", "slug"], name="one_vocabulary_per_review")
        ]

    def __str__(self) -> str:
        return self.name


class Term(models.Model):
    """One value of a vocabulary."""

    vocabulary = models.ForeignKey(Vocabulary, on_delete=models.CASCADE, related_name="terms")
    slug = models.SlugField(max_length=200)
    value = models.CharField(max_length=300)

    class Meta:
        ordering = ["vocabulary", "value"]
        constraints = [
            models.UniqueConstraint(fields=["vocabulary", "slug"], name="one_term_per_slug")
        ]

    def __str__(self) -> str:
        return self.value


class Attribute(models.Model):
    """A statement about a study: a vocabulary's term, with its place in the source."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="attributes")
    term = models.ForeignKey(Term, on_delete=models.RESTRICT, related_name="attributes")
    section = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["study", "id"]
        constraints = [
            models.UniqueConstraint(fields=["study", "term"], name="one_attribute_per_term")
        ]

    def __str__(self) -> str:
        return f"{self.term.vocabulary}: {self.term}"


class Tag(models.Model):
    """A free label given by people, in addition to the controlled vocabularies."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="tags")
    slug = models.SlugField(max_length=100)
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["review", "slug"], name="one_tag_per_slug")]

    def __str__(self) -> str:
        return self.name


class Tagging(models.Model):
    """A tag on a study, with the person who set it and the time."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="taggings")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="taggings")
    tagged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    tagged_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["tag__name"]
        constraints = [
            models.UniqueConstraint(fields=["study", "tag"], name="one_tagging_per_study")
        ]

    def __str__(self) -> str:
        return f"{self.study}: {self.tag}"
