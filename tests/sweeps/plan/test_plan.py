"""A plan reaches its workers whole, but for passwords."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from sweeps.plan.plan import Plan
from sweeps.study.storage import SECRET
from tests.sweeps.plans import plan_of

URL = "postgresql://me:s3cret@localhost:1/db"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_of(
        tmp_path_factory.mktemp("plan") / "s", "x=1,2", "y=interval(0,1)", f"hydra.sweeper.storage='{URL}'"
    )


def test_a_pickled_plan_is_the_same_plan(plan: Plan) -> None:
    copy = pickle.loads(pickle.dumps(plan))
    assert str(copy.search_path) == str(plan.search_path)
    assert replace(copy, search_path=plan.search_path) == plan


def test_a_pickled_plan_has_no_password(plan: Plan) -> None:
    assert plan.storage.password == "s3cret"
    data = pickle.dumps(plan)
    assert b"s3cret" not in data
    assert b"postgresql://me:***@localhost:1/db" in data
    assert pickle.loads(data).storage.password is None


def test_workers_get_the_password_from_the_environment(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SECRET, raising=False)
    copy = pickle.loads(pickle.dumps(plan)).storage
    plan.storage.hand_down()
    assert copy._with_password() == URL
