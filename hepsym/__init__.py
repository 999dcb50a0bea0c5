"""hepsym: from a collision process to its discovered symmetries.

The wings, roof first: cli, report, analysis, models, generators, events, lorentz.
Importing this package loads none of them: `from hepsym import generators` does.
"""

from typing import Any

__all__ = ["__version__"]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("hepsym")
    raise AttributeError(f"module 'hepsym' has no attribute {name!r}")
