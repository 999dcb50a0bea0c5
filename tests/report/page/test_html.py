"""Nothing that comes from a file can become HTML."""

import json
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from hepsym.report.page.html import Markup, embedded_json, escaped, join, plain, tag


class Reader(HTMLParser):
    """Tags and text as an HTML parser sees them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text())
def test_any_text_stays_text(text: str) -> None:
    page = Reader(tag("p", text, title=text))
    assert [name for name, _ in page.tags] == ["p"]
    assert list(page.tags[0][1]) == ["title"]
    if text.isprintable():
        assert page.text == text
        assert page.tags[0][1]["title"] == text


def test_control_characters_are_shown() -> None:
    assert escaped("a\x00\x1b[31m\u202e") == "a\\x00\\x1b[31m\\u202e"


def test_markup_is_kept_and_text_beside_it_is_not() -> None:
    assert join(tag("b", "x"), "<i>", None) == "<b>x</b>&lt;i&gt;"
    assert isinstance(join(), Markup)


def test_attributes() -> None:
    assert (
        tag("input", disabled=True, checked=False, class_="a", data_frame=3)
        == '<input disabled class="a" data-frame="3">'
    )


@given(
    st.recursive(st.text() | st.integers(-(2**53), 2**53), lambda inner: st.dictionaries(st.text(), inner))
)
def test_embedded_json_cannot_be_ended_early(value: object) -> None:
    block = embedded_json("x", value)
    inner = block[block.index(">") + 1 : -len("</script>")]
    assert not set(inner) & set("<>&")
    assert json.loads(inner) == value


def test_plain_takes_tags_away() -> None:
    assert plain(join("p", tag("sub", "T"), " < 5")) == "pT < 5"
