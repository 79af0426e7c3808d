"""`manage.py member_add REVIEW USER --role R`."""

from argparse import ArgumentParser
from typing import Any

from reviewdb.common.json_object import JsonObject
from reviewdb.common.web.json_command import JsonCommand
from reviewdb.common.web.permissions import OPERATOR, Role
from reviewdb.reviews.models import Membership
from reviewdb.reviews.selectors.reviews import review_named
from reviewdb.reviews.services.members import member_add, member_set_role


class Command(JsonCommand):
    """Give an account a role in a review, or change the role of a member."""

    help = "Give USER a role in REVIEW; an existing member gets the new role."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Add the review, the account and the role."""
        parser.add_argument("review", metavar="REVIEW")
        parser.add_argument("user", metavar="USER")
        parser.add_argument("--role", required=True, help=", ".join(Role.values))

    def run(self, **options: Any) -> JsonObject:
        """Return the review, the account and its role."""
        review, name, role = review_named(options["review"]), options["user"], options["role"]
        there = Membership.objects.filter(review=review, user__username=name).first()
        if there is None:
            row = member_add(review=review, username=name, role=role, user=OPERATOR)
        else:
            row = member_set_role(member=there, role=role, user=OPERATOR)
        return {"review": review.slug, "user": name, "role": row.role}

    def describe(self, result: JsonObject) -> str:
        """Return one line."""
        return f"{result['user']} is {result['role']} of {result['review']}"
