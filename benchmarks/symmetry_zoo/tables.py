"""What do the scores come to? Tables in Markdown, also kept between markers in docs/symmetry-zoo.md."""

import math
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from masses import mass_table

START, END = "<!-- {}: made by benchmarks/symmetry_zoo -->", "<!-- end of {} -->"


def tables(results: dict[str, Any]) -> dict[str, str]:
    out = {}
    if results.get("hepsym"):
        out["hepsym"] = hepsym_table(results["hepsym"])
        out["misses"] = misses(results["hepsym"])
        out["masses"] = mass_table(results["hepsym"])
    if results.get("peers") or results.get("vae"):
        out["dimension"] = dimension_table(results)
    if results.get("trajectories"):
        out["trajectories"] = trajectory_table(results["trajectories"])
    return out


def _ratio(top: int, bottom: int) -> str:
    return f"{top}/{bottom}" + (f" = {top / bottom:.3f}" if bottom else "")


def hepsym_table(scores: list[dict[str, Any]]) -> str:
    groups: dict[tuple[int, float], list[dict[str, Any]]] = defaultdict(list)
    for s in scores:
        groups[s["n"], s["noise"]].append(s)
    lines = [
        "| rows | noise | dimension exact | interval holds truth | equations: precision | recall "
        "| fields of the manifold: recall | largest angle | fields of the density: recall "
        "| tables with a false claim | seconds: median, largest |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for (n, noise), rows in sorted(groups.items()):
        told = sum(r["equations"] for r in rows)
        right, found = sum(r["right"] for r in rows), sum(r["found"] for r in rows)
        declared = sum(r["declared"] for r in rows)
        fields = [r for r in rows if r["declared_fields"] is not None]
        angles = [r["angle"] for r in rows if r["angle"] is not None]
        kept, kept_true = sum(r["kept"] or 0 for r in rows), sum(r["declared_kept"] for r in rows)
        seconds = sorted(r["seconds"] for r in rows)
        exact = sum(r["dimension"] == r["true_dimension"] for r in rows)
        lines.append(
            f"| {n:,} | {noise:g} | {_ratio(exact, len(rows))} "
            f"| {_ratio(sum(r['covered'] for r in rows), len(rows))} | {_ratio(right, told)} "
            f"| {_ratio(found, declared)} "
            f"| {_ratio(sum(r['fields'] or 0 for r in fields), sum(r['declared_fields'] for r in fields))} "
            f"| {max(angles, default=0.0):.1e} | {_ratio(kept, kept_true)} "
            f"| {_ratio(sum(r['false'] > 0 for r in rows), len(rows))} "
            f"| {seconds[len(seconds) // 2]:.2f}, {seconds[-1]:.1f} |"
        )
    return "\n".join(lines)


def misses(scores: list[dict[str, Any]]) -> str:
    """Every set that is not told as declared, by size and noise; no set is left out."""
    groups: dict[tuple[int, float], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for s in scores:
        what = groups[s["n"], s["noise"]]
        name = s["toy"]
        if s["error"]:
            what["error"].append(name)
        if s["dimension"] != s["true_dimension"]:
            what["dimension"].append(f"{name} ({s['dimension']}, not {s['true_dimension']})")
        if s["found"] < s["declared"]:
            what["equations missed"].append(f"{name} ({s['declared'] - s['found']})")
        if s["declared_fields"] is not None and (s["fields"] or 0) < s["declared_fields"]:
            told = s["fields"] or 0
            what["fields of the manifold missed"].append(f"{name} ({told} of {s['declared_fields']})")
        if s["declared_kept"] and (s["kept"] or 0) < s["declared_kept"]:
            what["fields of the density missed"].append(f"{name} ({s['kept'] or 0} of {s['declared_kept']})")
        if s["false"]:
            what["false claim"].append(name)
    lines = ["| rows | noise | what | where |", "|---|---|---|---|"]
    for (n, noise), what in sorted(groups.items()):
        for kind, names in what.items():
            counts = Counter(names)
            shown = [f"{name} × {k}" if k > 1 else name for name, k in counts.items()]
            lines.append(f"| {n:,} | {noise:g} | {kind} | {', '.join(shown)} |")
    return "\n".join(lines)


def dimension_table(results: dict[str, Any]) -> str:
    """Share of the sets whose dimension is exact once rounded."""
    lines = ["| method | rows | noise | dimension exact | seconds a table |", "|---|---|---|---|---|"]
    rates: list[tuple[float, str, int, int, float]] = []
    groups: dict[tuple[int, float], list[dict[str, Any]]] = defaultdict(list)
    for s in results.get("hepsym", []):
        groups[s["n"], s["noise"]].append(s)
    for (n, noise), rows in groups.items():
        exact = sum(r["dimension"] == r["true_dimension"] for r in rows)
        seconds = sum(r["seconds"] for r in rows) / len(rows)
        rates.append((noise, f"**hepsym** | {n:,}", exact, len(rows), seconds))
    peers = results.get("peers", {})
    slow: list[str] = []
    for name, told in peers.get("estimators", {}).items():
        by_noise: dict[str, list[bool]] = defaultdict(list)
        for table, value in told["values"].items():
            number = isinstance(value, float) and math.isfinite(value)
            by_noise[table.split("@")[1]].append(number and round(value) == peers["truth"][table])
        tried = [v for v in told["values"].values() if v != "given up"]
        if len(tried) < len(told["values"]):
            slow.append(f"{name} (after {len(tried)} tables)")
            continue
        seconds = told["seconds"] / len(tried)
        for key, hits in by_noise.items():
            rates.append((float(key), f"{name} | {peers['rows']:,}", sum(hits), len(hits), seconds))
    counts: dict[float, list[dict[str, Any]]] = defaultdict(list)
    for row in results.get("vae", []):
        counts[row["noise"]].append(row)
    for noise, rows in counts.items():
        hits = sum(r["count"] == r["truth"] for r in rows)
        seconds = sum(r["seconds"] for r in rows) / len(rows)
        rates.append((noise, "count of a VAE's latents | 4,000", hits, len(rows), seconds))
    for noise, name, hits, total, seconds in sorted(rates, key=lambda r: (r[0], -r[2] / r[3])):
        lines.append(f"| {name} | {noise:g} | {_ratio(hits, total)} | {seconds:.2f} |")
    if slow:
        lines += ["", f"Given up, since tables took longer than 10 s: {', '.join(slow)}."]
    return "\n".join(lines)


def trajectory_table(rows: list[dict[str, Any]]) -> str:
    lines = [
        "| system | noise | seeds | told: least, most | true | smallest Spearman of a true one | seconds |",
        "|---|---|---|---|---|---|---|",
    ]
    groups: dict[tuple[str, float], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row["system"], row["noise"]].append(row)
    for (name, noise), found in groups.items():
        told = [r["count"] for r in found]
        worst: dict[str, float] = {}
        for r in found:
            for key, value in r["spearman"].items():
                worst[key] = min(worst.get(key, 1.0), value)
        shown = ", ".join(f"{k} {v:.4f}" for k, v in worst.items())
        seconds = sorted(r["seconds"] for r in found)[len(found) // 2]
        lines.append(
            f"| {name} | {noise:g} | {len(found)} | {min(told)}, {max(told)} | {found[0]['true']} | {shown} "
            f"| {seconds:.1f} |"
        )
    return "\n".join(lines)


def reprint(results: dict[str, Any], page: Path) -> None:
    """Put the tables between the page's markers."""
    text = page.read_text()
    for title, table in tables(results).items():
        start, end = START.format(title), END.format(title)
        if start in text:
            before, rest = text.split(start)
            text = f"{before}{start}\n{table}\n{end}{rest.split(end)[1]}"
    page.write_text(text)
