"""A study's storage in a database, which may be away for a while, and in which nothing is done twice.

Optuna's own dies with the connection, or does again what may have been done: a trial whose commit was not
answered is made a second time. In SQLite, which has no locks of rows, two processes may both take the same
trial: here whatever writes there excludes others from its start. And of a grid, Optuna's own reads every
trial that waits whenever it looks; here only what has changed is read.
"""

from __future__ import annotations

import copy
import functools
import json
import logging
import threading
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import RDBStorage
from optuna.storages._cached_storage import _CachedStorage, _StudyInfo
from optuna.storages._rdb import models
from optuna.storages._rdb.storage import _create_scoped_session
from optuna.trial import FrozenTrial, TrialState, create_trial
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from sweeps.study.patience import Patience

T = TypeVar("T")
TOKEN = "sweeps:token"  # a system attribute of a trial: by whom it was made, or taken
# Of PostgreSQL: no room on its disk, a wrong password, an unknown user or database, no right to it.
_LASTING = ("53100", "28000", "28P01", "3D000", "42501")
# The same, of a connection that is not made, of which there is no code.
_REFUSED = ("authentication failed", "does not exist", "no password supplied", "permission denied")


class Database(_CachedStorage):
    """Optuna's storage, which waits for a database that is away.

    Args:
        backend: Optuna's own.
        patience: how long it waits.
    """

    def __init__(self, backend: RDBStorage, patience: Patience) -> None:
        super().__init__(backend)
        self._patience = patience
        self._thread = threading.local()
        # It would tell of every try.
        logging.getLogger("optuna.storages._rdb.storage").setLevel(logging.ERROR)
        if backend.engine.name == "sqlite":
            event.listen(backend.engine, "begin", self._exclude_others)

    def _exclude_others(self, connection: Any) -> None:
        if getattr(self._thread, "writes", False):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    def _write(self, write: Callable[[], T]) -> T:
        """Writes something, which must come to the same if it is done twice."""

        def exclusively() -> T:
            self._thread.writes = True
            try:
                return write()
            finally:
                self._thread.writes = False

        return self._patience.through(exclusively)

    def create_new_trial(self, study_id: int, template_trial: FrozenTrial | None = None) -> int:
        """Makes a trial; if the first try's answer is lost, no second one."""
        template = copy.deepcopy(template_trial or create_trial(state=TrialState.RUNNING))
        token = uuid.uuid4().hex
        template.system_attrs = {**template.system_attrs, TOKEN: token}
        tries = 0

        def make() -> FrozenTrial:
            nonlocal tries
            tries += 1
            return self._make(study_id, template, token if tries > 1 else None)

        trial = self._write(make)
        with self._lock:
            self._studies.setdefault(study_id, _StudyInfo())
            self._add_trials_to_cache(study_id, [trial])
        return trial._trial_id

    def _make(self, study_id: int, template: FrozenTrial, token: str | None) -> FrozenTrial:
        """Makes a trial, unless there is one with that token."""
        with _create_scoped_session(self._backend.scoped_session) as session:
            # The lock of an earlier try too: from here on it is done, or never will be.
            models.StudyModel.find_or_raise_by_id(study_id, session, for_update=True)
            query = session.query(models.TrialSystemAttributeModel)
            attribute = query.filter_by(key=TOKEN, value_json=json.dumps(token)).first() if token else None
            trial: Any = (
                attribute.trial
                if attribute
                else self._backend._get_prepared_new_trial(study_id, template, session)
            )
            new_trial = copy.deepcopy(template)
            new_trial.number, new_trial._trial_id, new_trial.datetime_start = (
                trial.number,
                trial.trial_id,
                trial.datetime_start,
            )
            return new_trial

    def set_trial_state_values(
        self, trial_id: int, state: TrialState, values: Sequence[float] | None = None
    ) -> bool:
        """Changes a trial's state as Optuna's does; what an earlier try has done is known as done."""
        if state == TrialState.RUNNING:
            token = uuid.uuid4().hex
            return self._write(lambda: self._take(trial_id, token))
        tries = 0

        def end() -> bool:
            nonlocal tries
            tries += 1
            try:
                return self._backend.set_trial_state_values(trial_id, state, values)
            except UpdateFinishedTrialError:
                expected_values = list(values) if values is not None else None
                trial = self._backend.get_trial(trial_id)
                if tries > 1 and (trial.state, trial.values) == (state, expected_values):
                    return True
                raise

        return self._write(end)

    def _take(self, trial_id: int, token: str) -> bool:
        """Whether a trial waited, and is this caller's from now on."""
        with _create_scoped_session(self._backend.scoped_session) as session:
            trial: Any = models.TrialModel.find_or_raise_by_id(trial_id, session, for_update=True)
            self._backend.check_trial_is_updatable(trial_id, trial.state)
            attr = models.TrialSystemAttributeModel
            if trial.state != TrialState.WAITING:
                owner: Any = attr.find_by_trial_and_key(trial, TOKEN, session)
                return owner is not None and owner.value_json == json.dumps(token)
            self._backend._set_trial_attr_without_commit(session, attr, trial_id, TOKEN, token)
            trial.state, trial.datetime_start = TrialState.RUNNING, datetime.now()
            return True

    def _read_trials_from_remote_storage(self, study_id: int) -> None:
        """Reads the trials that are new or not as they were."""
        with self._lock:
            study = self._studies.setdefault(study_id, _StudyInfo())
            newest, changed_ids = self._changed(study_id, study)
            trials = self._backend._get_trials(study_id, None, changed_ids, newest)
            self._add_trials_to_cache(study_id, trials)
            for trial in trials:
                if trial.state.is_finished():
                    study.unfinished_trial_ids.discard(trial._trial_id)
                else:
                    study.unfinished_trial_ids.add(trial._trial_id)
                study.last_finished_trial_id = max(study.last_finished_trial_id, trial._trial_id)

    def _changed(self, study_id: int, study: _StudyInfo) -> tuple[int, set[int]]:
        """The last trial that was ever read, and those before it that may have changed: the ones that ran,
        and the ones that waited and do not any more."""
        newest = study.last_finished_trial_id  # here of all that were read, finished or not
        waited_ids: set[int] = set()
        ran_ids: set[int] = set()
        for trial_id in study.unfinished_trial_ids:
            number = self._trial_id_to_study_id_and_number[trial_id][1]
            (waited_ids if study.trials[number].state == TrialState.WAITING else ran_ids).add(trial_id)
        if waited_ids:
            model = models.TrialModel
            with _create_scoped_session(self._backend.scoped_session) as session:
                begun_rows = session.query(model.trial_id).filter(
                    model.study_id == study_id,
                    model.trial_id >= min(waited_ids),
                    model.state != TrialState.WAITING,
                )
                ran_ids |= {row[0] for row in begun_rows} & waited_ids
        return newest, ran_ids


def url_of_file(path: Path, options: str) -> str:
    """SQLAlchemy's URL of an SQLite file, whatever its path has: since 2.1 it unquotes what stands there.

    Args:
        options: what follows the path's `?`, if anything does.
    """
    for text in (str(path), str(path).replace("%", "%25")):
        url = f"sqlite:///{text}?{options}" if options else f"sqlite:///{text}"
        if make_url(url).database == str(path):
            return url
    raise ValueError(f"{path}: no path that a URL can name")


def is_away(error: BaseException) -> bool:
    """Whether an exception says that a database cannot be reached now, or is locked, and may be later."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, DBAPIError):
            return _may_pass(cause)
        cause = cause.__cause__ or cause.__context__
    return False


def _may_pass(error: DBAPIError) -> bool:
    text = str(error.orig)
    if "sqlite" in type(error.orig).__module__:
        return "locked" in text or "busy" in text
    if getattr(error.orig, "pgcode", None) in _LASTING or any(phrase in text for phrase in _REFUSED):
        return False
    return error.connection_invalidated or isinstance(error, (OperationalError, InterfaceError))


def said_of(error: Exception) -> str:
    """What the database's driver says of an error, in one line."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, DBAPIError):
        cause = cause.__cause__ or cause.__context__
    return " ".join(str(cause.orig if cause is not None else error).split())


def _patiently(name: str, writes: bool) -> Callable[..., Any]:
    inner = getattr(_CachedStorage, name)

    @functools.wraps(inner)
    def method(self: Database, *args: Any, **kwargs: Any) -> Any:
        through = self._write if writes else self._patience.through
        return through(lambda: inner(self, *args, **kwargs))

    return method


def _wrap(names: Iterable[str], writes: bool) -> None:
    for name in names:
        setattr(Database, name, _patiently(name, writes))


# What comes to the same if it is done twice.
_wrap(
    (
        *("get_study_id_from_name", "get_study_name_from_id", "get_study_directions", "get_all_studies"),
        *("get_study_user_attrs", "get_study_system_attrs", "get_all_trials", "get_trial"),
        "get_trial_id_from_study_id_trial_number",
    ),
    writes=False,
)
_wrap(
    (
        *("create_new_study", "delete_study", "set_study_user_attr", "set_study_system_attr"),
        *("set_trial_param", "set_trial_intermediate_value", "set_trial_user_attr", "set_trial_system_attr"),
    ),
    writes=True,
)
