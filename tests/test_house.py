"""The house rules that a machine can hold: file habits, no pickles, no dead links, what make says."""

import ast
import json
import os
import re
import runpy
import subprocess
import tomllib
from pathlib import Path

import pytest

import hepsym
from hepsym.cli import COMMANDS

CHECKOUT = Path(__file__).parents[1]
SOURCES = sorted((CHECKOUT / "hepsym").rglob("*.py"))
PAGES = sorted([*CHECKOUT.glob("*.md"), *(p for d in ("docs", "benchmarks", "generators", "analysis", "tests")
                                          for p in (CHECKOUT / d).rglob("*.md"))])  # fmt: skip


LONGEST = 300
TO_BE_DIVIDED: dict[str, int] = {}
"""Files that are longer than the house allows: they may shrink, and leave this list, but not grow."""


def name_of(path: Path) -> str:
    return str(path.relative_to(CHECKOUT))


# Files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_file_says_first_what_it_is_for_and_stays_readable(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), "no first line that says which question the file answers"
    assert text.startswith(('"""', 'r"""')), "the docstring is not the first line"
    assert text.count("\n") <= TO_BE_DIVIDED.get(name_of(path), LONGEST), "look for the room that is missing"
    assert path.stem.strip("_") not in {"utils", "util", "helpers", "common", "misc", "tools"}


UNSAFE = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve", "yaml"}
HARMLESS = {"UnpicklingError", "PickleError"}
"""What torch raises at a damaged file, to be caught."""


def unsafe_reads(tree: ast.Module) -> list[str]:
    """Ways of reading a file that run what is in it."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in UNSAFE:
            found += [f"{node.module}.{a.name}" for a in node.names if a.name not in HARMLESS]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in UNSAFE:
            found += [ast.unparse(node)] if node.attr not in HARMLESS else []
        elif isinstance(node, ast.Import):
            found += [
                a.name for a in node.names if a.name in UNSAFE - {"pickle"} or (a.name in UNSAFE and a.asname)
            ]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            found += unsafe_call(node)
    return found


def unsafe_call(node: ast.Call) -> list[str]:
    keywords = {k.arg: getattr(k.value, "value", None) for k in node.keywords}
    call = ast.unparse(node.func)
    if call == "torch.load" and keywords.get("weights_only") is not True:
        return ["torch.load without weights_only=True"]
    if call in {"np.load", "numpy.load"} and keywords.get("allow_pickle", False) is not False:
        return ["np.load with allow_pickle"]
    return []


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_that_is_read_can_run(path: Path) -> None:
    assert unsafe_reads(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "code",
    [
        "import pickle\npickle.loads(f)",
        "import pickle as p",
        "import joblib",
        "from joblib import load",
        "import torch\ntorch.load(f)",
        "torch.load(f, weights_only=False)",
        "np.load(f, allow_pickle=True)",
    ],
)
def test_an_unsafe_read_would_be_found(code: str) -> None:
    assert unsafe_reads(ast.parse(code))


def test_catching_what_a_damaged_file_raises_is_no_unsafe_read() -> None:
    code = (
        "import pickle\ntry:\n    torch.load(f, weights_only=True)\nexcept pickle.UnpicklingError:\n    pass"
    )
    assert unsafe_reads(ast.parse(code)) == []


# Words ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / target).exists(), f"{target} does not exist"


@pytest.mark.parametrize("path", [*SOURCES, *PAGES], ids=name_of)
def test_tests_that_are_named_exist(path: Path) -> None:
    if path.name == "CHANGELOG.md":  # it tells of the trees of its day
        return
    for target in re.findall(r"\btests/[\w/-]+\.py\b", path.read_text(encoding="utf-8")):
        assert (CHECKOUT / target).exists(), f"{target} does not exist"


def test_the_readme_names_every_command() -> None:
    table = re.findall(r"^\| `hepsym (\w+)", (CHECKOUT / "README.md").read_text(), re.MULTILINE)
    assert set(table) == set(COMMANDS)


def test_one_version_everywhere() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    cff = (CHECKOUT / "CITATION.cff").read_text()
    assert f"\nversion: {project['version']}\n" in cff
    assert f"## {project['version']}" in (CHECKOUT / "CHANGELOG.md").read_text()
    assert hepsym.__version__ == project["version"]


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = hepsym.nothing


# Benchmarks' table ------------------------------------------------------------------------------


def test_the_readme_s_table_is_reprinted_between_its_markers(tmp_path: Path) -> None:
    runner = runpy.run_path(str(CHECKOUT / "benchmarks" / "run"))
    machine = {"processor": "P", "cores": 2, "when": "2026-11-21 10:00 UTC"}
    write = {"what": "write", "hepsym": 1.25e6, "peer": 33e3, "unit": "events/s", "ratio": 37.9, "target": 10}
    results = {
        "lhe": {"machine": machine, "rows": [{**write, "peer_name": "pylhe 2.1.0"}]},
        "startup": {"machine": machine, "rows": [{"what": "--help", "seconds": 0.08, "target": 0.3}]},
        "pythia": {"machine": machine, "events_per_second": 3e5},
    }
    page = tmp_path / "README.md"
    page.write_text(f"before\n{runner['START']}\nold\n{runner['END']}\nafter\n")
    runner["reprint"](results, page)
    runner["reprint"](results, page)
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n")
    assert "old" not in text
    assert "| write | 1.25 M events/s | pylhe 2.1.0: 33,000 events/s | 37.9x | 10x |" in text
    assert "| --help | 80 ms | | | < 300 ms |" in text


def test_the_readme_s_table_is_that_of_the_kept_results() -> None:
    """Nobody edits a measured number by hand."""
    runner = runpy.run_path(str(CHECKOUT / "benchmarks" / "run"))
    kept = CHECKOUT / "benchmarks" / "results.json"
    results = json.loads(kept.read_text()) if kept.exists() else {}
    text = (CHECKOUT / "README.md").read_text()
    between = text.split(runner["START"])[1].split(runner["END"])[0]
    assert between.strip() == runner["table"](results).strip()


# An empty machine ---------------------------------------------------------------------------------


def fake(folder: Path, name: str, script: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("python", "words"),
    [
        (
            'case "$*" in *version_info*) exit 0;; *ensurepip*) exit 1;; esac',
            "sudo apt-get install python3-venv",
        ),
        (
            'case "$*" in -V) echo Python 3.9.2;; *) exit 1;; esac',
            "Python 3.9.2 is not among 3.11, 3.12, 3.13",
        ),
        (None, "apt-get install python3 python3-venv"),
    ],
    ids=["no ensurepip", "too old", "no python"],
)
def test_make_says_what_the_machine_lacks(python: str | None, words: str, tmp_path: Path) -> None:
    """One line, status 1, no virtual environment; as somebody who is not root."""
    fake(tmp_path, "id", "echo 1000")
    asked = str(fake(tmp_path, "python-here", python)) if python is not None else str(tmp_path / "absent")
    done = subprocess.run(
        [CHECKOUT / ".ci" / "venv", asked, tmp_path / "venv"], capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.returncode == 1
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "venv").exists()
