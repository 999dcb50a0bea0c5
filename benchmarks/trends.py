#!/usr/bin/env python
"""How did the speeds move? A page of every measured ratio over time, from benchmarks/history.jsonl.

    python benchmarks/trends.py        # writes benchmarks/trends.html, one file, no network

`benchmarks/run` appends what it measures to the history and calls this. A line joins measurements on one
processor only: ratios move with the machine too, if less than rates.
"""

import html
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
HISTORY, PAGE, COUNTS = HERE / "history.jsonl", HERE / "trends.html", HERE / "instructions.json"
WIDTH, HEIGHT, MARGIN = 560, 84, 10

STYLE = """
:root { color-scheme: light dark; --ink: #1c2733; --faint: #6b7683; --line: #d5dbe1; --ours: #1465a8;
 --bg: #fff }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --faint: #95a1ae; --line: #38434f;
 --ours: #6fb3ee; --bg: #12181f } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
 color: var(--ink); background: var(--bg) }
section { border-top: 1px solid var(--line); padding: .6rem 0; display: flex; flex-wrap: wrap; gap: 1rem;
 align-items: center; justify-content: space-between }
section div { flex: 1 1 18rem } small { color: var(--faint); display: block }
svg { max-width: 100%; height: auto }
table { border-collapse: collapse } td, th { padding: .15rem .8rem .15rem 0; text-align: left }
td + td { text-align: right; font-variant-numeric: tabular-nums }
"""


def keep(results: dict[str, Any], history: Path = HISTORY) -> int:
    """Append the rows of `results` that the history has not; how many there were."""
    there = {(e["script"], e["when"], e["what"]) for e in read(history)}
    new = [
        {"script": script, "what": row["what"], "when": found["machine"]["when"], "ratio": row.get("ratio"),
         "hepsym": row.get("hepsym", row.get("seconds")), "peer": row.get("peer"),
         "unit": row.get("unit", "s"), "peer_name": row.get("peer_name"), "target": row.get("target"),
         "machine": found["machine"]}
        for script, found in sorted(results.items())
        for row in found.get("rows", [])
        if (script, found["machine"]["when"], row["what"]) not in there
    ]  # fmt: skip
    with history.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(entry, sort_keys=True) + "\n" for entry in new)
    return len(new)


def read(history: Path = HISTORY) -> list[dict[str, Any]]:
    """What was measured, oldest first."""
    lines = history.read_text(encoding="utf-8").splitlines() if history.exists() else []
    return sorted((json.loads(line) for line in lines), key=lambda entry: str(entry["when"]))


def curve(points: list[tuple[str, float, str]], target: float | None, above: bool) -> str:
    """SVG of values over the number of the measurement; a dashed line where the target is."""
    values = [v for _, v, _ in points] + ([target] if target is not None else [])
    low, high = 0.0, 1.15 * max(values)

    def place(i: int, value: float) -> tuple[float, float]:
        x = MARGIN + (WIDTH - 2 * MARGIN) * (i / (len(points) - 1) if len(points) > 1 else 0.5)
        return x, HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (value - low) / (high - low)

    parts = []
    if target is not None:
        _, y = place(0, target)
        parts.append(
            f'<line x1="0" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="var(--faint)" '
            'stroke-dasharray="4 4"/>'
        )
    of_machine = defaultdict(list)
    for i, (when, value, machine) in enumerate(points):
        x, y = place(i, value)
        of_machine[machine].append(f"{x:.1f},{y:.1f}")
        good = target is None or (value >= target if above else value <= target)
        note = html.escape(f"{when}: {value:.4g} ({machine})")
        fill = "var(--ours)" if good else "var(--bg)"
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{fill}" stroke="var(--ours)" stroke-width="2">'
            f"<title>{note}</title></circle>"
        )
    lines = [
        f'<polyline points="{" ".join(p)}" fill="none" stroke="var(--ours)"/>' for p in of_machine.values()
    ]
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img">{"".join(lines + parts)}</svg>'


def page(entries: list[dict[str, Any]], counts: dict[str, Any]) -> str:
    """The page as HTML."""
    tasks: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for entry in entries:
        tasks[entry["script"], entry["what"], str(entry["peer_name"] or "").split(",")[0]].append(entry)
    sections = []
    for (script, what, peer), found in sorted(tasks.items()):
        above = found[-1]["ratio"] is not None
        key = "ratio" if above else "hepsym"
        points = [(e["when"], float(e[key]), str(e["machine"]["processor"])) for e in found]
        target, last = found[-1]["target"], points[-1][1]
        beside = f"times {peer}" if above else "s"
        aim = "" if target is None else f", aim {'≥' if above else '≤'} {target:g}"
        sections.append(
            f"<section><div><strong>{html.escape(what)}</strong><small>{html.escape(script)}: {last:.3g} "
            f"{html.escape(beside)}{aim}; {len(points)} measured</small></div>"
            f"{curve(points, target, above)}</section>"
        )
    rows = "".join(
        f"<tr><td>{html.escape(n)}</td><td>{v:,.2f}</td></tr>" for n, v in counts.get("counts", {}).items()
    )
    versions = ", ".join(f"{n} {v}" for n, v in counts.get("versions", {}).items())
    counted = f"<p>Counted by valgrind ({html.escape(versions)}).</p><table>{rows}</table>"
    instructions = f"<h2>Instructions an event</h2>{counted}"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" '
        'content="width=device-width">'
        f"<title>hepsym: speeds over time</title><style>{STYLE}</style><h1>Speeds over time</h1>"
        "<p>Ratios to what was measured in the same run; a hollow point misses its aim, the dashed line.</p>"
        f"{''.join(sections)}{instructions if rows else ''}</html>\n"
    )


def main() -> None:
    counts = json.loads(COUNTS.read_text()) if COUNTS.exists() else {}
    PAGE.write_text(page(read(), counts), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
