"""What two plans share, and why the rest has other addresses."""

from benchmarks.plan.build import build_plan, request_spec
from benchmarks.plan.differences import plan_difference
from benchmarks.plan.steps.step import ENGINE_REVISION


def plan(**changes):
    request = {"benchmark": "site-shift", "profile": "smoke", **changes}
    return build_plan(request_spec(**request)).as_json()


def counted(difference):
    return {
        row["kind"]: (row["shared"], row["only_a"], row["only_b"]) for row in difference["steps"]
    }


def test_equal_plans_share_every_step():
    found = plan_difference(plan(), plan())
    assert {row[1:] for row in counted(found).values()} == {(0, 0)}
    assert found["differences"] == []


def test_one_strategy_more_leaves_the_others_shared():
    found = plan_difference(plan(strategies=["ewc"]), plan(strategies=["ewc", "l2_sp"]))
    shared, only_a, only_b = counted(found)["fit"]
    assert (shared > 0, only_a, only_b > 0) == (True, 0, True)
    assert counted(found)["rank"] == (0, 1, 1)  # it ranks other strategies


def test_what_like_steps_are_told_differently_is_named_with_both_values():
    mine, theirs = plan(), plan()
    fit = next(step for step in theirs["steps"] if step["kind"] == "fit")
    fit["fields"], fit["address"] = fit["fields"] | {"iterations": 7}, "0" * 64
    found = plan_difference(mine, theirs)
    told = next(step for step in mine["steps"] if step["kind"] == "fit")["fields"]["iterations"]
    assert found["differences"] == [
        {"kind": "fit", "field": "iterations", "a": told, "b": 7, "steps": 1}
    ]


def test_fields_that_name_other_steps_are_no_reason_of_their_own():
    found = plan_difference(plan(), plan(profile="quick"))
    fields = {row["field"] for row in found["differences"]}
    assert "image_size" in fields
    assert not fields & {"cells", "before_adaptation", "entries"}


def test_plans_of_two_engine_revisions_share_nothing_and_it_is_said():
    old = plan()
    old["engine_revision"] = 2
    for step in old["steps"]:  # as they were: parents in a row, other names of fields
        step["address"] = f"{step['address'][:60]}0000"
        step["parents"] = sorted(step["parents"])
    found = plan_difference(old, plan())
    assert f"engine revisions 2 and {ENGINE_REVISION}" in found["note"]
    assert sum(row["shared"] for row in found["steps"]) == 0
    assert plan_difference(plan(), plan())["note"] == ""
