"""What must every page be in a browser? Quiet, offline, no wider than the screen, its figures to save."""

from pathlib import Path

from chromium import Browser

OFFERS = (
    "[...document.querySelectorAll('figure')].map(f => [...f.querySelectorAll('.links > *')]"
    ".map(l => l.textContent).join(' '))"
)
"""The words of each figure's links."""


def check_page(browser: Browser, page: Path) -> None:
    """Phone and desk, light and dark."""
    for width, dark in ((390, True), (390, False), (1280, True)):
        browser.show(page, width=width, dark=dark)
        assert browser.requested() == [page.resolve().as_uri()]
        assert browser.complaints() == []
        assert browser.ask("document.documentElement.scrollWidth") <= width
    offers = browser.ask(OFFERS)
    assert offers, "no figure"
    assert all(offer in {"SVG PDF CSV", "SVG PDF CSV UHI"} for offer in offers), offers
    assert browser.ask(
        "[...document.querySelectorAll('table')].every(t => t.closest('.scroll') && t.caption)"
    ), "a table that neither scrolls nor says what it is"


def saved(browser: Browser, kind: str, selector: str = "figure") -> dict[str, str]:
    """What a click on every such button would save: file name and base64."""
    browser.ask(
        "window.saved = []; window.blobs = new Map();"
        "URL.createObjectURL = blob => { const key = '#' + blobs.size; blobs.set(key, blob); return key; };"
        "HTMLAnchorElement.prototype.click = function () {"
        " saved.push([this.download, blobs.get(this.getAttribute('href'))]); };"
        f"document.querySelectorAll('{selector} button[data-kind={kind}]').forEach(b => b.click())"
    )
    wanted = browser.ask(f"document.querySelectorAll('{selector} .plot svg').length")
    pairs = browser.ask(
        "(async () => {"
        f" while (saved.length < {wanted}) await new Promise(r => setTimeout(r, 20));"
        " return Promise.all(saved.map(async ([name, blob]) => {"
        " const bytes = new Uint8Array(await blob.arrayBuffer());"
        " return [name, btoa(Array.from(bytes, b => String.fromCharCode(b)).join(''))]; })); })()"
    )
    return dict(pairs)
