"""The command line's frame: every command is listed, nothing ends in a traceback, statuses are kept."""

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import typer

import hepsym.cli
from hepsym.cli import COMMANDS, keep_indented, load, main
from hepsym.cli._errors import EXTRAS, one_line, reported
from hepsym.cli._output import p_equals, plain, print_json, progress_bar
from hepsym.errors import InputError, RunError

HEPSYM = [sys.executable, "-m", "hepsym"]


def run(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*HEPSYM, *args], capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )


def status(*args: str) -> int | str | None:
    with pytest.raises(SystemExit) as caught:
        main(args)
    return caught.value.code


def test_help_lists_every_command_with_its_whole_line(capfd: pytest.CaptureFixture[str]) -> None:
    assert status("--help") == 0
    out = " ".join(capfd.readouterr().out.split())
    for name, line in COMMANDS.items():
        assert f"{name} {line}" in out


def test_no_argument_is_help(capfd: pytest.CaptureFixture[str]) -> None:
    assert status() == 0
    assert "Usage: hepsym" in capfd.readouterr().out


def test_version_is_the_package_s(capfd: pytest.CaptureFixture[str]) -> None:
    assert status("--version") == 0
    assert capfd.readouterr().out == f"hepsym {hepsym.__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert status(name, "--help") == 0
    out = capfd.readouterr().out
    body = out.split("\n", 1)[1]  # after the usage line
    assert f"hepsym {name}" in body, "no example"
    assert "--install-completion" not in out
    assert "\n  Example:\n\n      hepsym " in out, "an example stands in a paragraph of its own"
    assert "--json " in out
    arguments = re.findall(r"\{(\S+)\}", out.split("Options:")[0])
    assert all(word == word.upper() for word in arguments), "arguments are told as the text speaks of them"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("generat",), "Did you mean 'generate'?"),
        (("frobnicate",), "No such command 'frobnicate'"),
        (("--bogus",), "No such option"),
        (("doctor", "--bogus"), "see `hepsym doctor --help`"),
        (("doctor", "more"), "more"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(
    args: tuple[str, ...], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert status(*args) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("hepsym: error: ")
    assert err.count("\n") == 1
    assert words in err


def test_a_command_without_its_file_says_so(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(COMMANDS, "teleport", "Not written.")
    assert status("teleport") == 2
    assert "'teleport' is not in this version of hepsym yet" in capfd.readouterr().err


def test_a_command_that_cannot_import_what_it_needs_is_not_called_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "broken.py").write_text("import no_such_module_anywhere\n")
    monkeypatch.setattr(hepsym.cli, "__path__", [str(tmp_path)])
    with pytest.raises(ModuleNotFoundError, match="no_such_module_anywhere"):
        load("broken")


FAILURES = [
    (InputError("sqrt_s = 0 GeV\nis too low"), 2, "hepsym: error: sqrt_s = 0 GeV is too low\n"),
    (RunError("the disk is full"), 1, "hepsym: error: the disk is full\n"),
    (KeyboardInterrupt(), 130, "hepsym: interrupted\n"),
    (BrokenPipeError(errno.EPIPE, "Broken pipe"), 1, ""),
    (OSError(errno.ENOSPC, "No space left", "a"), 1, "hepsym: error: 'a': No space left\n"),
    (PermissionError(errno.EACCES, "Permission denied", "a"), 2, "hepsym: error: 'a': Permission denied\n"),
    (OSError(errno.EACCES, "no", "a", None, "b"), 2, "hepsym: error: 'a' -> 'b': no\n"),
    (MemoryError(), 1, "hepsym: error: out of memory\n"),
    (typer.Abort(), 1, "hepsym: error: stopped at a question that got no answer\n"),
    (typer.BadParameter("no such file", param_hint="FILE"), 2,
     "hepsym: error: Invalid value for FILE: no such file\n"),
    (ModuleNotFoundError("No module named 'torch'", name="torch.nn"), 1,
     "hepsym: error: this needs torch, which is not installed: pip install 'hepsym[train]'\n"),
]  # fmt: skip


@pytest.mark.parametrize(("error", "code", "words"), FAILURES, ids=[type(f[0]).__name__ for f in FAILURES])
def test_what_goes_wrong_is_one_line_and_a_status(
    error: BaseException, code: int, words: str, tmp_path: Path
) -> None:
    """In a process of its own: a closed pipe redirects the process' stdout."""
    script = tmp_path / "fail.py"
    script.write_text(
        "import pickle, sys\nfrom hepsym.cli._errors import reported\n"
        "with reported():\n    raise pickle.load(open(sys.argv[1], 'rb'))\n"
    )
    import pickle

    (tmp_path / "error").write_bytes(pickle.dumps(error))
    done = subprocess.run(
        [sys.executable, script, tmp_path / "error"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr, done.stdout) == (code, words, "")


def test_a_fault_of_hepsym_is_one_line_with_the_traceback_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(SystemExit) as caught, reported():
        raise ZeroDivisionError("by nought")
    assert caught.value.code == 1
    err = capfd.readouterr().err
    (kept,) = tmp_path.iterdir()
    assert err.count("\n") == 1
    assert err.startswith("hepsym: error: ZeroDivisionError: by nought (a fault of hepsym")
    assert str(kept) in err
    assert "raise ZeroDivisionError" in kept.read_text()


def test_debug_shows_the_traceback(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEPSYM_DEBUG", "1")
    with pytest.raises(SystemExit), reported():
        raise InputError("x")
    assert "Traceback" in capfd.readouterr().err


def test_nested_reports_speak_once(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught, reported(), reported():
        raise InputError("x")
    assert caught.value.code == 2
    assert capfd.readouterr().err == "hepsym: error: x\n"


def test_exit_passes_through() -> None:
    with pytest.raises(typer.Exit) as caught, reported():
        raise typer.Exit(7)
    assert caught.value.exit_code == 7


def test_a_refused_value_is_named(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Thing, value and bound, although typer's own message leaves out the value."""
    from types import ModuleType

    fake = ModuleType("hepsym.cli.fit")
    fake.app = typer.Typer()  # type: ignore[attr-defined]

    @fake.app.command()  # type: ignore[attr-defined]
    def fit(epochs: int = typer.Option(1, min=1)) -> None: ...

    monkeypatch.setitem(sys.modules, "hepsym.cli.fit", fake)
    assert status("fit", "--epochs", "0") == 2
    err = capfd.readouterr().err
    assert err.count("\n") == 1
    for word in ("--epochs", "1", "0", "hepsym fit --help"):
        assert word in err


def test_a_pipe_closed_by_its_reader_is_quiet() -> None:
    done = subprocess.run(
        f"{sys.executable} -m hepsym --help | true", shell=True, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""


def test_control_characters_of_a_file_do_not_reach_the_terminal() -> None:
    assert one_line("a\x1b[31m\tb\r\nc\x00") == "a\\x1b[31m b c\\x00"


def test_every_extra_named_in_an_error_exists() -> None:
    import tomllib

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert set(EXTRAS.values()) <= set(project["optional-dependencies"])


def test_json_is_one_object_that_reads_back(capsys: pytest.CaptureFixture[str]) -> None:
    value = {
        "x": 0.1 + 0.2, "n": np.int64(3), "a": np.arange(2.0), "bad": float("nan"), "inf": np.float64("inf"),
        "p": Path("a/b"), "t": (1, True, None), "m": {"é": "µ"}, "b": np.bool_(True),
    }  # fmt: skip
    print_json(value)
    assert json.loads(capsys.readouterr().out) == {
        "x": 0.1 + 0.2, "n": 3, "a": [0.0, 1.0], "bad": None, "inf": None,
        "p": "a/b", "t": [1, True, None], "m": {"é": "µ"}, "b": True,
    }  # fmt: skip


def test_a_probability_below_float64_is_not_called_zero() -> None:
    assert [p_equals(0.04123), p_equals(1e-200, ".1e"), p_equals(0.0)] == [
        "p = 0.0412",
        "p = 1.0e-200",
        "p < 1e-300",
    ]


def test_what_has_no_json_form_is_refused() -> None:
    with pytest.raises(TypeError, match="set has no JSON form"):
        plain({"a": {1}})


def test_no_bar_without_a_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with progress_bar("events") as progress:
        assert progress is None
    assert capfd.readouterr().err == ""


def test_a_bar_on_a_terminal() -> None:
    """Through a real pseudo-terminal: stderr gets the bar, stdout nothing."""
    pty = pytest.importorskip("pty")
    leader, follower = pty.openpty()
    code = (
        "from hepsym.cli._output import progress_bar\n"
        "with progress_bar('events') as p:\n    p(3, 10)\n    p(10, 10)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=follower, check=False, text=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
    )  # fmt: skip
    os.close(follower)
    seen = os.read(leader, 65536).decode()
    os.close(leader)
    assert done.returncode == 0
    assert done.stdout == ""
    assert "events" in seen
    assert "10/10" in seen


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_of_a_shell_is_printed(shell: str) -> None:
    """With the shell named: typer else looks for one among the processes above this one."""
    done = run("--show-completion", shell, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert done.returncode == 0, done.stderr
    assert f"_HEPSYM_COMPLETE=complete_{shell}" in done.stdout


def test_completion_knows_the_commands_and_loads_none() -> None:
    done = run(_HEPSYM_COMPLETE="complete_bash", COMP_WORDS="hepsym ge", COMP_CWORD="1")
    assert done.stdout.split() == ["generate"]


def test_completion_knows_a_command_s_options() -> None:
    done = run(_HEPSYM_COMPLETE="complete_bash", COMP_WORDS="hepsym doctor --j", COMP_CWORD="2")
    assert done.stdout.split() == ["--json"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hepsym generate ee2m", ["ee2mumu"]),
        ("hepsym card ee2mu", ["ee2mumu"]),
        ("hepsym generate jet", ["jets"]),
        ("hepsym study circ", ["circle"]),
    ],
)
def test_completion_knows_the_cards(typed: str, meant: list[str]) -> None:
    done = run(_HEPSYM_COMPLETE="complete_bash", COMP_WORDS=typed, COMP_CWORD="2")
    assert done.stdout.split() == meant


def test_help_of_an_indented_example_is_kept_as_written() -> None:
    assert keep_indented("Do.\n\n    hepsym a\n    hepsym b\n\nMore.") == (
        "Do.\n\n\b\n    hepsym a\n    hepsym b\n\nMore."
    )
    assert keep_indented("Do.\n\nMore.") == "Do.\n\nMore."
