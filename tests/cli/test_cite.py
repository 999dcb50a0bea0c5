"""`hepsym cite` prints BibTeX that a strict reader takes."""

import json
import re

import pytest

import hepsym
from hepsym.cli import main
from hepsym.cli.cite import entries


def test_every_entry_is_whole() -> None:
    """Braces balance, keys are unique, and every entry says who, what and when (software: which version)."""
    found = entries()
    for key, entry in found.items():
        assert entry.count("{") == entry.count("}")
        assert re.fullmatch(rf"@\w+\{{{key},\n(  \w+ *= \{{.+\}},?\n)+\}}", entry)
        fields = set(re.findall(r"^  (\w+) *=", entry, re.MULTILINE))
        assert {"author", "title", "version" if key == "hepsym" else "year"} <= fields


def test_the_version_is_the_installed_one() -> None:
    assert f"version = {{{hepsym.__version__}}}" in entries()["hepsym"]


@pytest.mark.parametrize("paper", ["2504.05174", "2212.07347", "1902.03251", "10.1145/2063384.2063405"])
def test_what_hepsym_stands_on_is_cited(paper: str) -> None:
    assert any(paper in entry for entry in entries().values())


def test_json_has_the_same_entries(capfd: pytest.CaptureFixture[str]) -> None:
    for arguments, read in ((["cite", "--json"], json.loads), (["cite"], str)):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 0
        told = read(capfd.readouterr().out)
        if isinstance(told, str):
            assert told == "\n\n".join(entries().values()) + "\n"
        else:
            assert told == entries()
