"""The command line: parse, call the library, say what was done."""


def main() -> None:
    """Entry point of `hepsym`."""
