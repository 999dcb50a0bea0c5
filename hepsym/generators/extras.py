"""Is what an optional part of generation stands on installed? Asked before any work."""

import importlib.util

from hepsym.errors import InputError

__all__ = ["needs"]


def needs(what: str, extra: str, *modules: str) -> None:
    """Raise InputError, naming the extra to install, for the first of the modules that is not there."""
    for module in modules:
        if importlib.util.find_spec(module) is None:
            raise InputError(f"{what} needs {module}, which is not installed: pip install 'hepsym[{extra}]'")
