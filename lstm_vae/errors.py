"""The ways in which a command of this project ends badly, other than by a defect or a signal."""


class UserError(Exception):
    """Bad input: one line naming the field, its value and what is allowed. Exit code 2, nothing created."""


class RunFailedError(Exception):
    """A run that started and could not finish (NaN loss, a full disk). Exit code 1."""


class PrunedRunError(Exception):
    """A run that whoever compares it with others has stopped: an observer raises it."""


class InterruptedRunError(Exception):
    """A run stopped by a signal, resumable from its last finished epoch.

    Attributes:
        signum: the signal's number; the exit code is 128 + signum.
    """

    def __init__(self, signum: int, message: str) -> None:
        super().__init__(message)
        self.signum = signum
