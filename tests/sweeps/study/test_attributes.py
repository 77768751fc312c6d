"""Names of attributes: ours are nobody else's, and Optuna's are those that Optuna uses."""

from __future__ import annotations

import optuna

from sweeps.study import attributes


def test_our_names_are_our_own_and_all_different() -> None:
    names = [value for name, value in vars(attributes).items() if name.isupper()]
    ours = set(names) - {attributes.FIXED, attributes.RUNG}
    assert len(set(names)) == len(names)
    assert all(name.startswith("sweeps:") for name in ours)


def test_optuna_calls_its_attributes_so() -> None:
    study = optuna.create_study(pruner=optuna.pruners.SuccessiveHalvingPruner(min_resource=1))
    study.enqueue_trial({"x": 1})
    trial = study.ask()
    trial.report(3.0, 1)
    trial.should_prune()
    attrs = study.get_trials()[0].system_attrs
    assert (attrs[attributes.FIXED], attrs[f"{attributes.RUNG}0"]) == ({"x": 1}, 3.0)
