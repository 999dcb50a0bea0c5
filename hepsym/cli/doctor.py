"""`hepsym doctor`: is this installation whole, and what will it run on."""

import os
import platform
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from hepsym.cli._errors import FAILED, reported
from hepsym.cli._output import print_json

app = typer.Typer()


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: a thing, what was found, and what to do where it is not well."""

    name: str
    value: str
    state: str = "ok"
    """"ok"; "absent": optional and not here; "fault": something will not work."""
    remedy: str = ""


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Check this installation: versions, threads, processor, kernel cache, cards, GPU, extras.

    Exit status 1 where something is at fault, with what to do about it.

    Example:

        hepsym doctor
    """
    with reported():
        findings = list(examine())
        whole = all(f.state != "fault" for f in findings)
        if as_json:
            print_json({"ok": whole, "findings": [asdict(f) for f in findings]})
        else:
            for f in findings:
                remedy = f"; {f.remedy}" if f.remedy else ""
                print(f"{f.state:6}  {f.name:18}  {f.value}{remedy}")
        if not whole:
            raise typer.Exit(FAILED)


def examine() -> Iterator[Finding]:
    """Every finding, the cheap ones first."""
    yield Finding("hepsym", f"{metadata.version('hepsym')} in {Path(__file__).parents[1]}")
    yield Finding("python", f"{platform.python_version()} on {platform.platform()} ({sys.executable})")
    yield from packages()
    yield processor()
    yield threads()
    yield kernel_cache()
    yield from cards()
    yield parton_sets()
    yield gpu()
    yield completion()


def packages() -> Iterator[Finding]:
    """A line for each distribution that hepsym's own metadata names, with the extra it belongs to."""
    for requirement in metadata.requires("hepsym") or []:
        name = re.match(r"[\w.-]+", requirement)
        extra = re.search(r"extra == ['\"]([\w-]+)['\"]", requirement)
        if (
            name is None
            or name[0] == "hepsym"
            or (extra and extra[1] in {"all", "test", "dev", "bench", "docs"})
        ):
            continue
        label = f"{extra[1]}: {name[0]}" if extra else name[0]
        asked = re.sub(r"^\[.*?\]", "", requirement.partition(";")[0][name.end() :]).strip()
        try:
            found = metadata.version(name[0])
        except metadata.PackageNotFoundError:
            if extra:
                yield Finding(label, "not installed", "absent", f"pip install 'hepsym[{extra[1]}]'")
            else:
                yield Finding(label, "not installed", "fault", "pip install --force-reinstall hepsym")
        else:
            if within(found, asked):
                yield Finding(label, found)
            else:
                remedy = f"pip install '{name[0]}{asked}'"
                yield Finding(label, f"{found}, but hepsym asks for {asked}", "fault", remedy)


def within(version: str, asked: str) -> bool:
    """Whether a version keeps bounds such as ">=2.1,<3"; releases only, as hepsym asks for no others.

    >= and < compare numbers place by place, == compares all that are given.
    """
    release = _release(version)
    for bound in filter(None, (part.strip() for part in asked.split(","))):
        sign, wanted = re.match(r"[<>=!~]*", bound)[0], _release(bound.lstrip("<>=!~ "))  # type: ignore[index]
        width = max(len(release), len(wanted))
        here, there = ((*numbers, *[0] * (width - len(numbers))) for numbers in (release, wanted))
        if (
            (sign == ">=" and here < there)
            or (sign == "<" and here >= there)
            or (sign == "==" and here != there)
        ):
            return False
    return True


def _release(version: str) -> tuple[int, ...]:
    numbers = re.match(r"\d+(\.\d+)*", version.strip())
    return tuple(int(n) for n in numbers[0].split(".")) if numbers else ()


def processor() -> Finding:
    """The processor that kernels are compiled for, and the vector units that bound their speed."""
    from llvmlite import binding

    features = binding.get_host_cpu_features()
    vectors = [name for name in ("avx2", "fma", "avx512f", "neon", "sve") if features.get(name)]
    return Finding(
        "processor", f"{binding.get_host_cpu_name()}: {' '.join(vectors) or 'no vector unit known'}"
    )


def threads() -> Finding:
    """How many threads this process may run at once, which is what commands use by default."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Finding("threads", f"{usable} usable of {os.cpu_count()}")


def kernel_cache() -> Finding:
    """Whether compiled kernels can be kept, found out by writing a file there."""
    from hepsym._numba import JIT_DISABLED, cache_directory

    if JIT_DISABLED:
        return Finding(
            "kernel cache", "NUMBA_DISABLE_JIT is set: kernels run as plain Python, 100 times slower"
        )
    place = cache_directory()
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        remedy = "set NUMBA_CACHE_DIR to a directory you can write; until then each run compiles anew"
        return Finding("kernel cache", f"{place}: {error.strerror}", "fault", remedy)
    kept = sum(1 for _ in place.rglob("*.nbc"))
    return Finding("kernel cache", f"{place}, {kept} kernels compiled")


def cards() -> Iterator[Finding]:
    """Where process cards and study cards are read, and how many there are."""
    from hepsym._cards import cards_directory
    from hepsym.errors import RunError

    for kind in ("generators", "analysis"):
        try:
            place = cards_directory(kind)
        except RunError as error:
            yield Finding(f"{kind} cards", str(error), "fault")
        else:
            count = len(list(place.rglob("*.toml")))
            yield Finding(f"{kind} cards", f"{count} in {place}", "ok" if count else "fault")


def parton_sets() -> Finding:
    """The sets of parton densities that processes of protons may use."""
    from hepsym.generators.partons import pdf_sets
    from hepsym.generators.partons.sets import HOW_TO_GET_ONE

    found = pdf_sets()
    if not found:
        return Finding("PDF sets", "none found: no processes of protons", "absent", HOW_TO_GET_ONE)
    places = sorted(
        {
            str(p.parent.parent if p.with_name(f"{name}.info").is_file() else p.parent)
            for name, p in found.items()
        }
    )
    return Finding("PDF sets", f"{len(found)} in {', '.join(places)}: {', '.join(found)}")


def gpu() -> Finding:
    """The devices that training may use; torch is asked, because it is torch that must see them."""
    try:
        import torch
    except ModuleNotFoundError:
        return Finding("gpu", "not known without torch", "absent", "pip install 'hepsym[train]'")
    except (ImportError, OSError) as error:
        return Finding("gpu", f"torch does not load: {error}", "fault", "reinstall torch")
    if not torch.cuda.is_available():
        return Finding("gpu", "none that torch can use: training runs on the CPU", "absent")
    names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return Finding("gpu", f"{', '.join(names)} (CUDA {torch.version.cuda})")


def completion() -> Finding:
    """Whether `hepsym --install-completion` has been called for the shell of this process."""
    shell = Path(os.environ.get("SHELL", "")).name
    place = {
        "bash": ".bash_completions/hepsym.sh",
        "zsh": ".zfunc/_hepsym",
        "fish": ".config/fish/completions/hepsym.fish",
    }.get(shell)
    if place is None:
        return Finding("completion", f"not known for shell {shell or 'without a name'}", "absent")
    if (Path.home() / place).is_file():
        return Finding("completion", f"installed for {shell}")
    return Finding("completion", f"not installed for {shell}", "absent", "hepsym --install-completion")
