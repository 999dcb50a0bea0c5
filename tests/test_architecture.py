"""Which way arrows run: import-linter's contracts hold, bite when broken, and imports stay light."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hepsym.cli import COMMANDS

CHECKOUT = Path(__file__).parents[1]

PLANTS = [
    ("lorentz/__init__.py", "import hepsym.events", "arrows run down"),
    ("analysis/__init__.py", "import hepsym.models", "arrows run down"),
    ("generators/__init__.py", "import hepsym.analysis", "arrows run down"),
    ("report/__init__.py", "def late():\n    import hepsym.cli", "arrows run down"),
    ("events/__init__.py", "def late():\n    import hepsym.lorentz.torch", "the torch twin is for models"),
    ("events/__init__.py", "def late():\n    import torch", "torch stays in the models"),
    ("lorentz/__init__.py", "import torch", "torch stays in the models"),
    ("analysis/__init__.py", "from safetensors.torch import save", "torch stays in the models"),
    ("models/__init__.py", "import matplotlib.pyplot", "only report draws"),
    ("generators/__init__.py", "import mplhep", "only report draws"),
    ("cli/__init__.py", "import matplotlib", "commands leave drawing to report"),
    ("stray.py", "", "arrows run down"),
    ("report/page/html.py", "import hepsym.report.run", "rooms of the report"),
    ("models/training/loop.py", "import hepsym.models.vae", "rooms of the models"),
    ("generators/cards/card.py", "import hepsym.generators.amplitudes", "rooms of the generators"),
    ("generators/phasespace/map.py", "import hepsym.generators.phasespace.draws", "rooms of phase space"),
    (
        "analysis/symmetries/equations/__init__.py",
        "import hepsym.analysis.symmetries.flows",
        "rooms of symmetry",
    ),
]


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """import-linter on the copy in root, which comes first on the path."""
    return subprocess.run(
        [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports_command as c; c()",
         "--no-cache", "--config", str(root / "pyproject.toml")],
        cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CHECKOUT / "hepsym", tmp_path / "hepsym", ignore=ignore)
    return tmp_path


def test_the_contracts_hold() -> None:
    done = lint(CHECKOUT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("file", "line", "contract"), PLANTS, ids=[f"{p[0]}-{p[1][:24]}" for p in PLANTS])
def test_a_planted_arrow_upwards_is_found(copy: Path, file: str, line: str, contract: str) -> None:
    """No contract is vacuous: each is broken by an import that it forbids, late imports included."""
    with (copy / "hepsym" / file).open("a") as target:
        target.write(f"\n{line}\n")
    done = lint(copy)
    assert done.returncode == 1, done.stdout + done.stderr
    broken = [row for row in done.stdout.splitlines() if " BROKEN" in row]
    assert any(row.startswith(contract) for row in broken)


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after running code."""
    marker = "print('LOADED', *{m.partition('.')[0] for m in sys.modules}, file=sys.__stderr__)"
    done = subprocess.run(
        [sys.executable, "-c", f"import atexit, sys\natexit.register(lambda: {marker})\n{code}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    (line,) = (row for row in done.stderr.splitlines() if row.startswith("LOADED "))
    return set(line.split()[1:])


LATE = {"numpy", "numba", "scipy", "particle", "pyarrow", "pylhe", "boost_histogram"}
HEAVY = {"torch", "matplotlib", "mplhep", "plotly"}


def test_importing_hepsym_loads_next_to_nothing() -> None:
    assert not loaded_by("import hepsym") & (HEAVY | {"numpy", "numba", "scipy", "typer", "pydantic"})


def test_help_loads_neither_numpy_nor_anything_heavy() -> None:
    loaded = loaded_by("from hepsym.cli import main; main(['--help'])")
    assert "typer" in loaded
    assert not loaded & (HEAVY | LATE | {"rich", "pydantic"})


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_s_help_loads_nothing_heavy(name: str) -> None:
    assert not loaded_by(f"from hepsym.cli import main; main([{name!r}, '--help'])") & (HEAVY | LATE)


@pytest.mark.parametrize("wing", ["lorentz", "events", "generators", "analysis", "random"])
def test_only_models_and_report_may_load_torch(wing: str) -> None:
    """At run time too: importing hepsym.lorentz must not pull in its torch twin."""
    assert not loaded_by(f"import hepsym.{wing}") & HEAVY


def test_models_does_not_draw() -> None:
    assert not loaded_by("import hepsym.models") & (HEAVY - {"torch"})


def test_generate_loads_no_torch_and_draws_nothing(tmp_path: Path) -> None:
    out = tmp_path / "events"
    loaded = loaded_by(
        f"from hepsym.cli import main; main(['generate', 'ee2mumu', '-n', '10', '-o', {str(out)!r}])"
    )
    assert out.exists()
    assert "numba" in loaded
    assert not loaded & HEAVY


def test_the_table_and_the_command_files_agree() -> None:
    files = {p.stem for p in (CHECKOUT / "hepsym/cli").glob("[!_]*.py")}
    assert files == set(COMMANDS)
