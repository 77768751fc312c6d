"""Text as terminals, files and single lines take it."""

from __future__ import annotations

import re

MASK = "***"  # in place of a password
# Bounded, since texts may be anybody's, and a hundred thousand characters in a row.
_IN_FRONT = re.compile(r"((?<![\w+.-])\w[\w+.-]{0,40}://[^\s:/'\"]{0,500}):\S{1,1000}@")
_AS_OPTION = re.compile(
    r"([?&;][\w.-]{0,40}(?:passw(?:or)?d|pwd)[\w.-]{0,40}=)[^\s&;#'\"]{1,1000}", re.IGNORECASE
)


def without_passwords(text: str) -> str:
    """A text in which the password of every URL is masked, before the `@` and after the `?`."""
    return _AS_OPTION.sub(rf"\1{MASK}", _IN_FRONT.sub(rf"\1:{MASK}@", text))


def shown(text: str) -> str:
    """Text as a terminal may be given it: what would steer the terminal, or turn the direction of writing,
    stands there as an escape sequence that can be read."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shown_lines(text: str) -> str:
    """The same of several lines."""
    return text if text.isprintable() else "\n".join(shown(line) for line in text.split("\n"))


def one_line(text: object, limit: int = 500) -> str:
    """A text without line breaks and passwords, cut at `limit` characters; what no file or terminal takes is
    escaped."""
    try:
        whole = str(text)
    except Exception:  # an exception's own class may not be able to say what it is
        whole = ""
    if len(whole) > 100 * limit:
        # Half a URL may have its password, and no @ by which to know it.
        whole = (whole[: 100 * limit].rsplit(None, 1) or [""])[0]
    line = shown(" ".join(without_passwords(whole).split()))
    return line if len(line) <= limit else line[: limit - 3] + "..."
