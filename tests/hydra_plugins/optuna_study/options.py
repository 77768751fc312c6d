"""What holds for the options of either group."""

from __future__ import annotations

import inspect
from typing import Any

from hydra.utils import get_class


def require_optunas(option: dict[str, Any]) -> None:
    """An option has the arguments of its class, with their defaults."""
    signature = inspect.signature(get_class(option["_target_"])).parameters
    given = {key: value for key, value in option.items() if key not in ("_target_", "seed")}
    assert sorted(set(given) - set(signature)) == []
    optional = {
        key: value for key, value in given.items() if signature[key].default is not inspect.Parameter.empty
    }
    assert optional == {key: signature[key].default for key in optional}
    required = {key for key, value in signature.items() if value.default is value.empty}
    assert required <= set(given)
