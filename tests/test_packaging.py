"""What is shipped works away from the checkout: the wheel made from the sdist, cards included."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.conftest import NEED_TORCH

CHECKOUT = Path(__file__).parents[1]
SHIPPED = ["pyproject.toml", "README.md", "LICENSE", ".gitignore", "hepsym", "generators", "analysis"]
CARDS = sorted(
    p.relative_to(CHECKOUT) for k in ("generators", "analysis") for p in (CHECKOUT / k).glob("*.toml")
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist of a copy of the checkout, and the wheel that is built from that sdist."""
    root = tmp_path_factory.mktemp("source")
    for name in SHIPPED:
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, root / name)
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", root / "dist", root],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return root / "dist"


@pytest.fixture(scope="module")
def away(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel and nothing else, and sees this one's dependencies."""
    home = tmp_path_factory.mktemp("away") / "venv"
    (wheel,) = built.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    python = home / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index",
         "--disable-pip-version-check", wheel],
        check=True,
    )  # fmt: skip
    (site,) = home.glob("lib/python*/site-packages")
    # A path in a .pth file is searched, but the .pth files inside it are not read: the editable
    # install of hepsym that tests run with stays out of sight.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home


def run(home: Path, *args: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH" and not k.startswith("COVERAGE")}
    return subprocess.run(
        [home / "bin" / args[0], *args[1:]],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_installed_package_is_not_the_checkout(away: Path) -> None:
    done = run(away, "python", "-c", "import hepsym; print(hepsym.__file__)")
    assert Path(done.stdout.strip()).is_relative_to(away), done.stderr


def test_the_installed_command_finds_its_cards(away: Path) -> None:
    """`hepsym processes` away from the checkout lists what the checkout's generators/ holds."""
    done = run(away, "hepsym", "processes", "--json")
    assert done.returncode == 0, done.stderr
    told = json.dumps(json.loads(done.stdout))
    names = [card.stem for card in CARDS if card.parts[0] == "generators"]
    assert names, "no card to find"
    assert all(f'"{name}"' in told for name in names)


def test_the_installed_cards_lie_in_the_environment(away: Path) -> None:
    code = "from hepsym._cards import cards_directory as d; print(d('generators')); print(d('analysis'))"
    done = run(away, "python", "-c", code)
    assert done.returncode == 0, done.stderr
    shipped = [Path(line).parts[-3:] for line in done.stdout.splitlines() if Path(line).is_relative_to(away)]
    assert shipped == [("hepsym", "_cards", "generators"), ("hepsym", "_cards", "analysis")]


def test_the_wheel_holds_every_card_as_it_is_and_what_the_package_needs(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        for card in CARDS:
            assert archive.read(f"hepsym/_cards/{card.as_posix()}") == (CHECKOUT / card).read_bytes()
        names = archive.namelist()
    files = {
        p.relative_to(CHECKOUT).as_posix()
        for p in (CHECKOUT / "hepsym").rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }
    assert {"hepsym/py.typed", "hepsym/cli/references.bib"} <= files <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"hepsym"}, "a second top-level package"


def test_the_sdist_holds_every_card(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {card.as_posix() for card in CARDS} <= names


def test_constraints_pin_what_pyproject_asks_for() -> None:
    """Every dependency and every tool of the extras that `make test` installs has its tested version."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    lines = (CHECKOUT / "constraints.txt").read_text().splitlines()
    pinned = {line.split("==")[0] for line in lines if "==" in line}
    wanted = list(project["dependencies"])
    for extra, requirements in project["optional-dependencies"].items():
        if extra not in {"all", "scikit-hep", "gpu"}:  # gpu: no version of it has been run by the tests
            wanted += requirements
    names = {r.split(">")[0].split("=")[0].split("[")[0].strip().lower() for r in wanted}
    assert names <= pinned | {"hepsym"}


def test_the_conda_recipe_asks_for_what_pyproject_asks_for() -> None:
    """Read line by line: nothing here loads YAML."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    recipe = (CHECKOUT / "conda" / "recipe.yaml").read_text()
    run = recipe.partition("  run:\n")[2].partition("\n\n")[0]
    asked = {line.strip().removeprefix("- ").replace(" ", "") for line in run.splitlines()}
    assert asked == {*project["dependencies"], f"python{project['requires-python']}"}
    assert f"  version: {project['version']}\n" in recipe
    assert f"hepsym = {project['scripts']['hepsym']}\n" in recipe


def test_the_conda_recipe_is_one_to_rattler_build() -> None:
    """Its parser refuses unknown fields; py-rattler-build on PyPI brings it."""
    rattler_build = pytest.importorskip("rattler_build")
    recipe = rattler_build.Stage0Recipe.from_yaml((CHECKOUT / "conda" / "recipe.yaml").read_text())
    (rendered,) = recipe.render(rattler_build.VariantConfig(), rattler_build.RenderConfig())
    assert rendered.recipe.to_dict()["build"]["noarch"] == "python"


def test_what_is_left_out_without_torch_is_there() -> None:
    """A path in conftest.py that a move made stale would be collected, and fail, where torch is not."""
    assert [name for name in NEED_TORCH if not (CHECKOUT / "tests" / name).exists()] == []


def test_the_container_installs_extras_that_exist() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    lines = (CHECKOUT / "Containerfile").read_text().splitlines()
    (extras,) = (line.removeprefix("ARG EXTRAS=") for line in lines if line.startswith("ARG EXTRAS="))
    assert set(extras.split(",")) <= set(project["optional-dependencies"])
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert all((CHECKOUT / word).exists() for word in copied if not word.startswith(("-", "/")))
