"""`python -m hepsym` is `hepsym`."""

from hepsym.cli import main

if __name__ == "__main__":
    main()
