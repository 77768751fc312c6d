"""Composing the configurations of jobs, all of one study from the same YAML files.

Hydra composes a job's configuration when the job starts, so a YAML file edited during a sweep would change
the trials that follow. Here the files that the study's configurations are made of are copied into its folder
before the first trial, and trials are composed from the copies.
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_repository import ConfigRepository, IConfigRepository
from hydra._internal.config_search_path_impl import ConfigSearchPathImpl
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.default_element import ResultDefault
from hydra.core.hydra_config import HydraConfig
from hydra.core.object_type import ObjectType
from hydra.errors import HydraException
from hydra.plugins.config_source import ConfigResult
from omegaconf import DictConfig, OmegaConf
from omegaconf.basecontainer import BaseContainer
from omegaconf.errors import OmegaConfBaseException

from sweeps.errors import SweepError, composition_error
from sweeps.results.account import flattened
from sweeps.system.atomic import write_text
from sweeps.text import without_passwords

_URL = re.compile(r"[\w.+-]+://[^\s'\"]+")
_VOLATILE = ("now", "oc.env")  # resolvers: what they give is another day another, or may be a secret


class _Repository(ConfigRepository):
    """Reads each configuration file once in its life; Hydra's own reads all of them for every job.

    Attributes:
        files: the YAML files that were read, by their path below the folder that they were found in.
    """

    def __init__(self, search_path: ConfigSearchPath) -> None:
        self.files: dict[str, Path] = {}
        self._loaded: dict[tuple[str, ...], ConfigResult | None] = {}
        self._order: tuple[str, ...] = ()
        super().__init__(search_path)

    def __deepcopy__(self, memo: dict[int, Any]) -> _Repository:
        # Hydra copies the repository for every composition, which may then change its sources: what was read
        # is shared among the copies, the sources are not.
        twin = copy.copy(self)
        twin.sources = list(self.sources)
        return twin

    def initialize_sources(self, config_search_path: ConfigSearchPath) -> None:
        self._order = tuple(str(part.path) for part in config_search_path.get_path())
        super().initialize_sources(config_search_path)

    def load_config(self, config_path: str) -> ConfigResult | None:
        key = (config_path, *self._order)
        if key not in self._loaded:
            self._loaded[key] = super().load_config(config_path)
            self._note_file(config_path)
        return self._loaded[key]

    def _note_file(self, config_path: str) -> None:
        source = self._find_object_source(config_path, ObjectType.CONFIG)
        if source is not None and source.scheme() == "file":
            relative = config_path if config_path.endswith((".yaml", ".yml")) else f"{config_path}.yaml"
            self.files.setdefault(relative, Path(source.path.removeprefix("file://")) / relative)


class _Loader(ConfigLoaderImpl):
    """Merges each list of configurations once in its life; Hydra's own merges it for every job."""

    repository: _Repository

    def __init__(self, search_path: ConfigSearchPath) -> None:
        super().__init__(search_path)
        self.repository = _Repository(search_path)
        self._merged: dict[str, DictConfig] = {}

    def _compose_config_from_defaults_list(
        self, defaults: list[ResultDefault], repo: IConfigRepository
    ) -> DictConfig:
        key = repr(defaults)
        if key not in self._merged:
            self._merged[key] = super()._compose_config_from_defaults_list(defaults, repo)
        return copy.deepcopy(self._merged[key])


class Composer:
    """Composes jobs' configurations as Hydra's launchers do.

    Args:
        search_path: of the program.
        master: the sweep's own configuration, with `hydra.sweep.dir` settled.
    """

    def __init__(self, search_path: ConfigSearchPath, master: DictConfig) -> None:
        self._loader = _Loader(search_path)
        self._master = master

    def compose(self, overrides: Sequence[str]) -> DictConfig:
        """The configuration of a job.

        Raises:
            SweepError: it cannot be composed.
        """
        try:
            return self._loader.load_sweep_config(self._master, list(overrides))
        except (HydraException, OmegaConfBaseException, ValueError) as error:
            refusal = composition_error(error, flat(job_part(self._master)))
            if str(refusal).startswith("Config group override"):  # Hydra does not say which
                groups = self._loader.list_groups("")
                words = [word for word in overrides if word.split("=", 1)[0].lstrip("+") in groups]
                refusal = SweepError(f"{', '.join(words)}: {refusal}")
            raise refusal from None

    @property
    def files(self) -> dict[str, Path]:
        """Every YAML file that was read so far, by its path below the folder that it was found in."""
        return dict(self._loader.repository.files)


def save_files(
    files: Mapping[str, Path], folder: Path, masked_urls: Collection[str] = (), renew: bool = False
) -> None:
    """Copies the YAML files of configurations into a folder. What a job is given stands there as it was, or
    the job would be another.

    Args:
        masked_urls: of the sweep's own storages; where their passwords stand, they are masked in the copy.
        renew: whether copies that exist are written anew.
    """

    def hidden(url: re.Match[str]) -> str:
        masked_url = without_passwords(url[0])
        return masked_url if masked_url in masked_urls else url[0]

    for relative, original in files.items():
        target = folder / relative
        if original.is_file() and (renew or not target.exists()):
            target.parent.mkdir(parents=True, exist_ok=True)
            text = original.read_text(encoding="utf-8")
            write_text(target, _URL.sub(hidden, text))


def with_copies_first(search_path: ConfigSearchPath, folder: Path) -> ConfigSearchPath:
    """The search path with the folder of copies before the program's own configuration."""
    result = ConfigSearchPathImpl()
    result.config_search_path = [copy.copy(part) for part in search_path.get_path()]
    providers = [part.provider for part in result.config_search_path]
    if folder.is_dir() and "main" in providers:
        result.config_search_path.insert(providers.index("main"), copy.copy(result.config_search_path[0]))
        first = result.config_search_path[providers.index("main")]
        first.provider, first.path = "study", f"file://{folder.absolute()}"
    return result


def job_part(config: DictConfig) -> DictConfig:
    """The program's part of a composed configuration, resolvable as in a job."""
    part = copy.copy(config)
    OmegaConf.set_struct(part, False)
    part.pop("hydra", None)
    return part


def flat(config: DictConfig, resolve: bool = True) -> dict[str, Any]:
    """Every field by its dotted name; lists are values.

    Raises:
        SweepError: a value cannot be resolved.
    """
    try:
        tree = OmegaConf.to_container(config, resolve=resolve, throw_on_missing=False)
    except OmegaConfBaseException as error:
        raise composition_error(error) from None
    assert isinstance(tree, dict)
    return flattened(tree)


def resolved_job(config: DictConfig) -> dict[str, Any]:
    """Every field of the job that this configuration describes, with `${hydra:...}` resolved as in it.

    Of fields that hold the time, which differs at every call, only that they do; of those from the
    environment, which may be secrets, a hash; of URLs no password. It does not matter by how many
    interpolations they come to it.
    """
    before = HydraConfig.instance().cfg
    HydraConfig.instance().set_config(config)
    try:
        job = job_part(config)
        fields, raw = flat(job), flat(job, resolve=False)
        asked = {key: _resolvers_asked(job, key, str(text)) for key, text in raw.items() if "${" in str(text)}
    finally:
        HydraConfig.instance().cfg = before
    for key, resolvers in asked.items():
        own = [name for name in fields if name == key or name.startswith(f"{key}.")]
        if "now" in resolvers:
            for name in own:
                del fields[name]
            fields[key] = str(raw[key])
        elif resolvers:
            for name in own:
                fields[name] = "hash " + hashlib.sha256(str(fields[name]).encode()).hexdigest()[:16]
    return {
        name: without_passwords(value) if isinstance(value, str) else value for name, value in fields.items()
    }


def _resolvers_asked(job: DictConfig, key: str, text: str) -> set[str]:
    """Which of the volatile resolvers a field's value comes from."""
    asked = {name for name in _VOLATILE if f"${{{name}:" in text}  # also of a key that `select` does not find
    resolvers = BaseContainer._resolvers
    originals = {name: resolvers[name] for name in _VOLATILE if name in resolvers}

    def noting(name: str) -> Any:
        def resolver(*args: Any, **kwargs: Any) -> Any:
            asked.add(name)
            return originals[name](*args, **kwargs)

        return resolver

    resolvers.update({name: noting(name) for name in originals})
    try:
        value = OmegaConf.select(job, key)
        if OmegaConf.is_config(value):
            OmegaConf.to_container(value, resolve=True)
    finally:
        resolvers.update(originals)
    return asked
