"""What can go wrong, in one line: the thing, its value, the bound, and what to do instead."""

__all__ = ["InputError", "RunError"]


class InputError(ValueError):
    """What the user gave cannot be taken; nothing was written. Exit status 2 on the command line."""


class RunError(RuntimeError):
    """The work stopped half-way (a full disk, a NaN); what was complete is kept. Exit status 1."""
