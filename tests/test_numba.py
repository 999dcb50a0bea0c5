"""Compiled code follows its sources: no stale cache, one set of options, no constant frozen unseen."""

import ast
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hepsym import _numba

PACKAGE = Path(_numba.__file__).parent
MAKERS = {"kernel", "loop"}


def hashed(path: Path) -> bool:
    """Whether the cache's key covers the file, by the rule of `sources_hash`."""
    return path.name == "constants.py" or b"hepsym._numba" in path.read_bytes()


def kernel_files() -> list[Path]:
    return [p for p in sorted(PACKAGE.rglob("*.py")) if b"from hepsym._numba import" in p.read_bytes()]


# A callee in another file -----------------------------------------------------------------------

RUN = "from hepsym.b import total; print(total(3), sum(total.stats.cache_hits.values()))"


def run_copy(root: Path) -> tuple[float, int]:
    """The result of the temporary package's loop, and how often it came from the cache."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA")}
    done = subprocess.run(
        [sys.executable, "-c", RUN], cwd=root, capture_output=True, text=True, check=False,
        env={**environment, "PYTHONPATH": str(root), "NUMBA_CACHE_DIR": str(root / "cache")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    value, hits = done.stdout.split()
    return float(value), int(hits)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    root = tmp_path / "hepsym"
    root.mkdir()
    shutil.copy(PACKAGE / "_numba.py", root)
    (root / "__init__.py").touch()
    (root / "constants.py").write_text("OFFSET = 0.5\n")
    (root / "a.py").write_text(
        "from hepsym._numba import kernel\nfrom hepsym.constants import OFFSET\n\n"
        "@kernel\ndef f(x):\n    return 2.0 * x + OFFSET\n"
    )
    (root / "b.py").write_text(
        "from hepsym._numba import loop\nfrom hepsym.a import f\n\n"
        "@loop\ndef total(n):\n    s = 0.0\n    for i in range(n):\n        s += f(i)\n    return s\n"
    )
    return root


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [("a.py", "2.0 * x", "3.0 * x", 10.5), ("constants.py", "0.5", "1.5", 10.5)],
    ids=["callee", "constant"],
)
def test_a_changed_callee_in_another_file_is_compiled_anew(
    package: Path, file: str, old: str, new: str, expected: float
) -> None:
    """numba#8396: left to itself, Numba serves the caller's old machine code."""
    assert run_copy(package.parent) == (7.5, 0)
    assert run_copy(package.parent) == (7.5, 1), "the cache is not used at all"
    source = package / file
    source.write_text(source.read_text().replace(old, new))
    assert run_copy(package.parent) == (expected, 0)


def test_a_file_without_kernels_does_not_change_the_key(package: Path) -> None:
    before = _numba.sources_hash(package)
    (package / "words.py").write_text("A = 1\n")
    assert _numba.sources_hash(package) == before
    (package / "a.py").rename(package / "c.py")
    assert _numba.sources_hash(package) != before, "a moved kernel is another kernel"


# The cache's place ------------------------------------------------------------------------------


def test_the_cache_is_where_numba_cache_dir_says_named_by_the_hash(tmp_path: Path) -> None:
    code = "from hepsym._numba import cache_directory, sources_hash; print(cache_directory(), sources_hash())"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
    )  # fmt: skip
    place, key = done.stdout.split()
    assert Path(place) == tmp_path / "hepsym-kernels" / key


def test_a_cache_that_cannot_be_written_is_done_without() -> None:
    """Root may write anywhere but here. Numba would keep kernels beside the sources, which no hash names."""
    code = "from hepsym import _numba as n; f = n.loop(lambda x: x + 1)\n" + (
        "print(f(1), n.can_keep(), f.stats.cache_path)"
    )
    nowhere = {"XDG_CACHE_HOME": "/proc/nowhere", "NUMBA_CACHE_DIR": "", "NUMBA_DISABLE_JIT": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **nowhere},
    )
    assert done.stdout == "2 False None\n"


def test_kernels_of_old_versions_are_dropped_after_a_month_and_no_sooner(tmp_path: Path) -> None:
    for days in (1, 29, 31, 400):
        (tmp_path / f"{days}").mkdir()
        then = time.time() - days * 86_400
        os.utime(tmp_path / f"{days}", (then, then))
    _numba._forget_stale(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"1", "29"}
    _numba._forget_stale(tmp_path / "nowhere")


RACE = """
import sys
from pathlib import Path
from numba.core import caching
caching.IndexDataCacheFile._load_index = lambda self: {}  # as both see it before either has written
from hepsym._numba import loop

@loop
def twice(x):
    return x + x

assert twice(float(sys.argv[1]) if "." in sys.argv[1] else int(sys.argv[1])) == 2 * float(sys.argv[1])
"""


def test_two_processes_that_compile_one_function_at_one_time_write_two_files(tmp_path: Path) -> None:
    """Else the index of the one may stay beside the machine code of the other."""
    (tmp_path / "race.py").write_text(RACE)
    for argument in ("3", "1.5"):
        subprocess.run(
            [sys.executable, tmp_path / "race.py", argument], check=True,
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache"), "NUMBA_DISABLE_JIT": "0"},
        )  # fmt: skip
    assert len(list((tmp_path / "cache").rglob("*.nbc"))) == 2
    assert len(list((tmp_path / "cache").rglob("*.nbi"))) == 1


# What kernels may take from other files -----------------------------------------------------------


def made_here(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for d in node.decorator_list:
                if isinstance(d, ast.Name) and d.id in MAKERS:
                    yield node


def imports(tree: ast.Module, package: Path) -> dict[str, Path]:
    """Which file of the package each imported name comes from."""
    found = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("hepsym"):
            continue
        for name in node.names:
            base = package.parent / (node.module or "").replace(".", "/")
            inner = base / name.name
            home = inner if inner.with_suffix(".py").exists() or inner.is_dir() else base
            found[name.asname or name.name] = (
                home / "__init__.py" if home.is_dir() else home.with_suffix(".py")
            )
    return found


def unseen(path: Path, package: Path = PACKAGE) -> list[str]:
    """Names used in a file's kernels that come from a file outside the cache's key."""
    tree = ast.parse(path.read_text())
    origin = imports(tree, package)
    used = {n.id for f in made_here(tree) for n in ast.walk(f) if isinstance(n, ast.Name)}
    return sorted(name for name in used & origin.keys() if not hashed(origin[name]))


@pytest.mark.parametrize("path", kernel_files(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_kernels_use_only_what_the_cache_key_covers(path: Path) -> None:
    assert unseen(path) == []


def test_a_constant_from_an_uncovered_file_would_be_found(package: Path) -> None:
    (package / "elsewhere.py").write_text("WIDTH = 2.5\n")
    (package / "a.py").write_text(
        "from hepsym._numba import kernel\nfrom hepsym.elsewhere import WIDTH\n\n"
        "@kernel\ndef f(x):\n    return x * WIDTH\n"
    )
    assert unseen(package / "a.py", package) == ["WIDTH"]


def test_there_are_kernels_to_check() -> None:
    """The checks above would pass on an empty list."""
    made = sum(1 for p in kernel_files() for _ in made_here(ast.parse(p.read_text())))
    assert made >= 6


COMPILERS = {"jit", "njit", "vectorize", "guvectorize", "cfunc", "stencil", "generated_jit"}


def compilers_taken(tree: ast.Module) -> set[str]:
    """Which of Numba's own compilers a file takes, by import or as numba.NAME."""
    taken = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "numba":
            taken |= {name.name for name in node.names}
        elif (
            isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "numba"
        ):
            taken.add(node.attr)
    return taken & COMPILERS


def test_numba_s_options_are_set_in_one_file() -> None:
    """jit, njit, vectorize and the like appear in hepsym/_numba.py alone."""
    found = [p for p in PACKAGE.rglob("*.py") if compilers_taken(ast.parse(p.read_text()))]
    assert found == [PACKAGE / "_numba.py"]
