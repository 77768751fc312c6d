"""What one run is: frozen, validated once, and the same whoever made it."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_type_hints

from lstm_vae.config.encoder_kinds import is_elsewhere
from lstm_vae.config.sections import (
    DataConfig,
    DecoderConfig,
    EncoderConfig,
    EvaluationConfig,
    FiguresConfig,
    TrainingConfig,
)
from lstm_vae.errors import UserError

# Fields that say where and how a run is executed or shown, not what it computes: they are no part of its
# identity, and a resumed run may change them. `threads` can change a sum's last bits, not the experiment.
EXECUTION_FIELDS = (
    "data.dir",
    "data.download",
    "training.resume",
    "training.threads",
    "training.progress",
    "training.tensorboard",
    "training.mlflow",
    "training.wandb",
    "figures.enabled",
    "figures.scales",
)


@dataclass(frozen=True)
class RunConfig:
    """Everything that one run is made from."""

    data: DataConfig = field(default_factory=DataConfig)
    encoder: EncoderConfig = field(default_factory=EncoderConfig)
    decoder: DecoderConfig = field(default_factory=DecoderConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    evaluation: EvaluationConfig = field(default_factory=EvaluationConfig)
    figures: FiguresConfig = field(default_factory=FiguresConfig)

    def __post_init__(self) -> None:
        training = self.training
        if training.lr_warmup_epochs > training.epochs:
            raise UserError(
                f"training.lr_warmup_epochs={training.lr_warmup_epochs:g}: must be at most training.epochs "
                f"({training.epochs})"
            )
        kind, options = self.encoder.kind, self.encoder.options
        if options and not is_elsewhere(kind):
            raise UserError(f"encoder.options={options!r}: must be empty for encoder.kind={kind}")

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> RunConfig:
        """Makes a configuration from nested plain values, as YAML or JSON hold them.

        Raises:
            UserError: a key is unknown or a value not allowed; the message names the nearest right key.
        """
        sections = {}
        for name, kind in SECTIONS.items():
            settings = values.get(name, {})
            if not isinstance(settings, Mapping):
                raise UserError(f"{name}={settings!r}: must be a group of settings")
            for key in settings:
                if f"{name}.{key}" not in KEYS:
                    raise unknown_key(f"{name}.{key}")
            sections[name] = kind(**settings)
        for name in values:
            if name not in SECTIONS:
                raise unknown_key(name)
        return cls(**sections)

    def to_mapping(self) -> dict[str, Any]:
        """The configuration as nested plain values: tuples become lists."""
        plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(self)))
        return plain

    def flat(self) -> dict[str, Any]:
        """Dotted field names to plain values."""
        return {
            f"{section}.{key}": value
            for section, values in self.to_mapping().items()
            for key, value in values.items()
        }

    def identity(self) -> dict[str, Any]:
        """The flat fields that say what is computed: two runs alike in these are the same experiment."""
        return {key: value for key, value in self.flat().items() if key not in EXECUTION_FIELDS}

    def hash(self) -> str:
        """First 16 hexadecimal digits of the SHA-256 of `identity()`."""
        text = json.dumps(self.identity(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def replace(self, **flat: Any) -> RunConfig:
        """A copy with some fields changed, named `section__field`."""
        values = self.to_mapping()
        for name, value in flat.items():
            section, key = name.split("__", 1)
            values[section][key] = value
        return RunConfig.from_mapping(values)


SECTIONS: dict[str, type] = {name: kind for name, kind in get_type_hints(RunConfig).items()}
KEYS = tuple(f"{name}.{item.name}" for name, kind in SECTIONS.items() for item in dataclasses.fields(kind))


def unknown_key(key: str) -> UserError:
    """The error for a key that is no field, naming the nearest that is."""
    key = str(key)[:200]
    near = difflib.get_close_matches(key, [*KEYS, *SECTIONS], n=1, cutoff=0.5)
    if not near:
        leaf = key.rsplit(".", 1)[-1]
        near = [known_key for known_key in KEYS if known_key.rsplit(".", 1)[-1] == leaf][:1]
    hint = f"; did you mean {near[0]}?" if near else "; --cfg job shows every field"
    return UserError(f"unknown key {key}{hint}")
