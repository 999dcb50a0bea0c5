"""What does a comparison show? The verdict, the tests, every histogram: one page of the report's look."""

from collections.abc import Sequence

from hepsym.report.compare.compare import Comparison
from hepsym.report.compare.figures import figure
from hepsym.report.compare.verdict import P_VALUES, Verdict
from hepsym.report.page.assembly import assembled
from hepsym.report.page.html import Markup, join, tag
from hepsym.report.page.labels import compact, named, p_equals, p_text, value_error
from hepsym.report.page.section import Section, figures, table
from hepsym.report.page.style import look

__all__ = ["found", "page"]


def found(comparison: Comparison) -> str:
    """The verdict, one sentence."""
    names = _names(comparison)
    others = names[1] if len(names) == 2 else f"{len(names) - 1} samples"
    p = f"family-wise {p_equals(comparison.p_value)}"
    if comparison.compatible:
        return f"{others} and {names[0]} are compatible: no difference is seen ({p})."
    worst = comparison.worst
    where = _where(worst)
    name = names[1 + comparison.verdicts.index(worst)]
    return f"{name} differs from {names[0]}, most clearly in {where} ({p})."


def _where(verdict: Verdict) -> str:
    """The test with the smallest p-value."""
    candidates = [
        (min(values[key] for key in P_VALUES), name) for name, values in verdict.observables.items()
    ]
    if verdict.classifier is not None:
        # As one test among those of the histograms, so on their scale.
        one_of = verdict.classifier.p_value / max(verdict.family.effective_tests, 1.0)
        candidates.append((one_of, "many observables at once (the classifier)"))
    if verdict.rate is not None and verdict.rate.p_value is not None:
        candidates.append((verdict.rate.p_value / max(verdict.family.effective_tests, 1.0), "the rate"))
    return min(candidates)[1]


def page(comparison: Comparison) -> str:
    """The page, one static HTML file that loads nothing."""
    names = _names(comparison)
    sections = [_samples(comparison, names), _tests(comparison, names), _plots(comparison, names)]
    return assembled(
        title=" / ".join(names) if len(names) < 4 else f"{len(names) - 1} samples against {names[0]}",
        kicker="hepsym compare",
        found=found(comparison),
        caveat=None,
        tiles=_tiles(comparison),
        missing=[note[:1].upper() + note[1:] for note in comparison.notes],
        sections=sections,
        beside="compare.json beside it holds every number, histograms/ every histogram.",
    )


def _names(comparison: Comparison) -> list[str]:
    """Short names of the samples, all different."""
    paths = [comparison.reference.path, *(v.source.path for v in comparison.verdicts)]
    short = [path.name or str(path) for path in paths]
    return [
        s if short.count(s) == 1 else f"{path} ({k})"
        for k, (s, path) in enumerate(zip(short, paths, strict=True))
    ]


def _tiles(comparison: Comparison) -> list[tuple[str, str | Markup]]:
    tiles: list[tuple[str, str | Markup]] = [
        (p_equals(comparison.p_value), f"family-wise; below {comparison.alpha:g} is a difference"),
        (compact(comparison.filled[0].events), "events of the reference"),
        (str(len(comparison.binnings)), "observables"),
    ]
    classifier = comparison.worst.classifier
    if classifier is not None:
        shown, _, spread = value_error(classifier.auc, classifier.error).partition(" ± ")
        tiles.append((f"AUC {shown}", f"of a classifier, ± {spread}; 0.5 if it cannot tell"))
    return tiles


def _samples(comparison: Comparison, names: Sequence[str]) -> Section:
    sources = [comparison.reference, *(v.source for v in comparison.verdicts)]
    rows = []
    for name, source, filled in zip(names, sources, comparison.filled, strict=True):
        sigma = source.provenance.get("cross_section_pb")
        error = source.provenance.get("cross_section_error_pb")
        rows.append(
            (
                name, str(source.provenance.get("process") or "not stated"), compact(filled.events),
                "weighted" if filled.weighted else "equal",
                "not stated" if sigma is None else value_error(sigma, error, "pb"),
            )
        )  # fmt: skip
    body: list[Markup | None] = [
        table("The samples, the reference first", ("file", "process", "events", "weights", "rate"), rows)
    ]
    for name, verdict in zip(names[1:], comparison.verdicts, strict=True):
        rate = verdict.rate
        if rate is not None:
            p = (
                p_equals(rate.p_value)
                if rate.p_value is not None
                else "the same number, or no error known: not tested"
            )
            ratio = value_error(rate.ratio, rate.ratio_error)
            body.append(tag("p", f"Rate of {name} over that of {names[0]}: {ratio} ({p})."))
    return Section("samples", "What is compared", join(*body))


def _tests(comparison: Comparison, names: Sequence[str]) -> Section:
    parts: list[Markup] = []
    for name, verdict in zip(names[1:], comparison.verdicts, strict=True):
        good = verdict.p_value >= comparison.alpha
        word = "compatible" if good else "different"
        parts.append(
            tag(
                "p",
                tag("span", f"{name}: {word}", class_="verdict-good" if good else "verdict-bad"),
                f", {p_equals(verdict.p_value)}. Smallest of {verdict.family.tests} tests of histograms: "
                f"{p_text(verdict.family.smallest)}, worth {p_equals(verdict.family.p_value)} as they "
                f"depend on each other like {verdict.family.effective_tests:.1f} independent ones. "
                + _classifier(verdict),
            )
        )
        rows = [
            (
                named(key), f"{v['chi2']:.1f} / {v['ndf']}", *(p_text(v[name]) for name in P_VALUES),
            )
            for key, v in sorted(
                verdict.observables.items(),
                key=lambda item: min(item[1][name] for name in P_VALUES),
            )
        ]  # fmt: skip
        parts.append(
            table(
                f"{name} against {names[0]}, the most different first",
                ("observable", "χ² / ndf", "p of χ²", "p of KS", "p smooth", "p slope"),
                rows,
            )
        )
    return Section("tests", "Are they compatible?", join(*parts))


def _classifier(verdict: Verdict) -> str:
    if verdict.classifier is None:
        return "No classifier was trained."
    c = verdict.classifier
    return (
        f"A classifier tells {compact(sum(c.events))} held-out events apart with an area under its curve of "
        f"{value_error(c.auc, c.error)} ({p_equals(c.p_value)})."
    )


def _plots(comparison: Comparison, names: Sequence[str]) -> Section:
    with look():
        drawings = [
            figure(
                binned,
                [f.shown[i] for f in comparison.filled],
                names,
                [v.observables[binned.name] for v in comparison.verdicts],
            )
            for i, binned in enumerate(comparison.binnings)
        ]
    words = tag(
        "p",
        "Shapes, normalised to one. Ratios to the reference, whose own error is the band; pulls are "
        "differences over their standard deviation under one law.",
    )
    return Section("plots", "Every observable", join(words, figures(drawings)))
