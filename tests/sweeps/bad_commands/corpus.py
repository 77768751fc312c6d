"""All bad commands."""

from tests.sweeps.bad_commands import components, fields, grammar, places

COMMANDS = [*grammar.COMMANDS, *fields.COMMANDS, *components.COMMANDS, *places.COMMANDS]
