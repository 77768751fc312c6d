"""Text as terminals, files and single lines take it."""

from __future__ import annotations


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
    """A text without line breaks, cut at `limit` characters; what no file or terminal takes is escaped."""
    try:
        line = " ".join(str(text)[: 100 * limit].split())
    except Exception:  # an exception's own class may not be able to say what it is
        line = ""
    line = shown(line)
    return line if len(line) <= limit else line[: limit - 3] + "..."
