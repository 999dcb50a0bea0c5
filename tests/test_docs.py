"""Does the documentation say what is so? Its examples are run; whole pages and notebooks when slow."""

import doctest
import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
REFERENCE = sorted(
    path for path in (DOCS / "reference").glob("*.md") if ">>>" in path.read_text(encoding="utf-8")
)
PAGES = [
    DOCS / "five-minutes.md",
    *sorted((DOCS / "tutorials").glob("*.md")),
    *sorted((DOCS / "how-to").glob("*.md")),
]
NOTEBOOKS = sorted((DOCS / "notebooks").glob("*.ipynb"))
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

SAID = {
    "five-minutes": ["Relevant latents: 3 (interval", "Dimension: 2 of 8 columns", "algebra so(3)"],
    "relevance": ["Two latent numbers", "algebra so(3)", "0.1 2\n"],
}
"""What a page claims of its own run, as that run says it."""

DRIVER = """
import json, subprocess, sys
sys.path.insert(0, "")
namespace = {"__name__": "__main__"}
for kind, text in json.load(open(sys.argv[1])):
    print(">>>", text, flush=True)
    if kind == "sh":
        subprocess.run(["bash", "-ec", text], check=True)
    else:
        exec(compile(text, "<page>", "exec"), namespace)
"""


@pytest.mark.parametrize("page", REFERENCE, ids=lambda page: page.stem)
def test_examples_of_the_reference(page: Path) -> None:
    if page.stem == "models":
        pytest.importorskip("torch")
    found = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert found.attempted > 0
    assert found.failed == 0


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_does_what_it_says(page: Path, tmp_path: Path) -> None:
    """Its shell and Python blocks, in order, in one folder and one interpreter, as they stand."""
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    assert blocks
    (tmp_path / "driver.py").write_text(DRIVER)
    (tmp_path / "blocks.json").write_text(json.dumps(blocks))
    place = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [sys.executable, "driver.py", "blocks.json"], cwd=tmp_path, env={**os.environ, **place},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    print(done.stdout)
    assert done.returncode == 0, done.stderr[-3000:]
    assert [words for words in SAID.get(page.stem, ()) if words not in done.stdout] == []


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_a_notebook_runs(notebook: Path, tmp_path: Path) -> None:
    """From top to bottom, in a folder of its own, no cell failing."""
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    read = nbformat.read(notebook, as_version=4)
    nbformat.validate(read)
    place = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PATH", place)
        nbclient.NotebookClient(read, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert all(cell.get("execution_count") for cell in read.cells if cell.cell_type == "code")


def test_notebooks_are_kept_without_their_output() -> None:
    """So that a change of one shows what changed, and no path of a machine is in it."""
    assert len(NOTEBOOKS) >= 2
    for notebook in NOTEBOOKS:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells), notebook.name


def test_every_public_package_is_in_the_reference() -> None:
    """Every wing has its section, and every name of every `__all__` that is listed exists."""
    pytest.importorskip("torch")
    listed = set(
        re.findall(r"automodule:: (\S+)", "".join(p.read_text() for p in (DOCS / "reference").glob("*.md")))
    )
    for name in listed:
        module = importlib.import_module(name)
        missing = [thing for thing in module.__all__ if not hasattr(module, thing)]
        assert not missing, f"{name} names {missing} in __all__, but has none"
    assert {
        f"hepsym.{wing}" for wing in ("lorentz", "events", "generators", "models", "analysis", "report")
    } <= listed
