"""The command line: which commands there are, and how one is found without importing the others.

A command is a file hepsym/cli/NAME.py with `app = typer.Typer()` and one command in it. It is
imported when it is called and not before, so that `hepsym --help` answers at once.
"""

import importlib
import os
import re
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from hepsym.cli._errors import INTERRUPTED, complain, reported

__all__ = ["COMMANDS", "app", "main"]

COMMANDS: dict[str, str] = {
    "processes": "List the process cards, a line each.",
    "card": "Print a commented process card to edit.",
    "generate": "Generate events of a process, and its cross section.",
    "shower": "Shower and hadronise an event file through Pythia.",
    "amplitude": "Squared matrix elements at given phase-space points.",
    "info": "What an event file holds and where it came from.",
    "validate": "Check an event file: complete, finite, on shell, balanced.",
    "convert": "Copy events to another file format.",
    "merge": "Put the parts of a run, made on many machines, together.",
    "fit": "Train an autoencoder on event files or tables.",
    "analyze": "Which latents matter, and which observables they follow.",
    "report": "Write a run's report, one HTML file.",
    "symmetries": "Dimension, equations and symmetries of a sample.",
    "compare": "Are samples compatible? Ratio plots, one p-value.",
    "study": "Run a study card end to end: generate, fit, analyze, report.",
    "doctor": "Check this installation: threads, kernel cache, GPU, extras.",
    "cite": "BibTeX of hepsym and of the work it stands on.",
}
"""Every command and its line in `hepsym --help`, in the order in which they are met."""


class LazyGroup(TyperGroup):
    """Names and one-line helps from the table; the command itself when it is called."""

    def __init__(self, **attributes: Any) -> None:
        # Placeholders are all that the listing, completion and "did you mean" ever look at.
        attributes["commands"] = {
            name: TyperCommand(name, help=line, add_help_option=False) for name, line in COMMANDS.items()
        }
        super().__init__(**attributes)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that args name, now with its options and body."""
        name, placeholder, rest = super().resolve_command(ctx, args)
        return name, None if placeholder is None or name is None else load(name), rest


def load(name: str) -> Any:
    """Import hepsym/cli/NAME.py and give its command the look of all others."""
    module = f"hepsym.cli.{name}"
    try:
        made: typer.Typer = importlib.import_module(module).app
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        complain(f"{name!r} is not in this version of hepsym yet; `hepsym --help` lists all commands")
        raise SystemExit(2) from None
    command: Any = typer.main.get_command(made)
    command.name = name
    command.params = [p for p in command.params if p.name not in {"install_completion", "show_completion"}]
    for parameter in command.params:
        if parameter.param_type_name == "argument":  # as the help texts speak of it: RUN, FILE
            parameter.metavar = (parameter.metavar or parameter.name).rstrip(".").upper()
    command.rich_markup_mode = None  # plain help: rich costs 0.1 s
    if command.help:
        command.help = keep_indented(command.help)
    return command


def keep_indented(text: str) -> str:
    """Mark the indented paragraphs of a help text, examples as a rule, as not to be filled."""
    return re.sub(r"\n\n(?=[ ]{2,}\S)", "\n\n\b\n", text)


app = typer.Typer(
    cls=LazyGroup, rich_markup_mode=None, context_settings={"help_option_names": ["--help", "-h"]}
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from hepsym import __version__

        typer.echo(f"hepsym {__version__}")
        raise typer.Exit()


@app.callback(
    invoke_without_command=True,
    epilog="`hepsym COMMAND --help` has an example. Start with: hepsym generate ee2mumu -n 1000 -o events",
)
def root(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """From a collision process to its discovered symmetries."""
    del version
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def main(args: Sequence[str] | None = None) -> None:
    """Entry point of `hepsym`: exit status 0 done, 1 failed, 2 bad input, 130 interrupted.

    args default to the process' own. Always raises SystemExit.
    """
    if args is None:
        # Numba loads the Numba extensions of every installed package at its first compilation (those of
        # vector and awkward bring sympy: 0.6 s); in a process of our own hepsym._numba leaves them out.
        os.environ.setdefault("HEPSYM_NUMBA_EXTENSIONS", "0")
        # OpenMP threads that wait by spinning starve one another on a busy machine: a training on two
        # threads was seen to take twenty times as long as on one. Read when torch starts its threads.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with reported():
        command = typer.main.get_command(app)
        status = command.main(args=args, prog_name="hepsym", standalone_mode=False)
        sys.stdout.flush()
        if status == INTERRUPTED:  # typer's way of telling a Ctrl-C that came before the command's body
            raise KeyboardInterrupt
    raise SystemExit(status if isinstance(status, int) else 0)
