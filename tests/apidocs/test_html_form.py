"""A page as a browser saves it: which tags are lines, marks and ends, and which say nothing."""

from __future__ import annotations

import pytest

from reconciler.apidocs.html_form import lines_of, recognises
from reconciler.apidocs.lines_form import CLOSES, OPENS
from reconciler.apidocs.skeleton_form import read_lines


def lines(text: str) -> list[str]:
    return [each for _, each in lines_of(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>Who answers.</p><p>Which floor.</p>", ["Who answers.", "Which floor."]),
        ("<p>Who\n  answers.</p>", ["Who answers."]),
        ("<p>Who<br>answers.<hr/>Now.</p>", ["Who", "answers.", "Now."]),
        ("<ul><li>near</li><li>far</li><li></li></ul>", ["• near", "• far"]),
        ("<p>Use <code>near</code> or <b>far</b>.</p>", ["Use `near` or far."]),
        ("<h2>Request</h2><p>Who.</p>", ["", "Request", "", "Who."]),
        (
            "<table><tr><td>classic</td><td>old</td></tr><tr><th>live</th><td>new</td></tr></table>",
            ["| classic | old", "| live | new", ""],
        ),
        ('<pre><code>{\n  "floor": 3\n}</code></pre>', ["{", '"floor": 3', "}"]),
        ("<pre>a <code>b</code></pre><p><code>c</code></p>", ["a b", "`c`"]),
        ("<div>One<script>let a = '</div>'</script> two</div><style>p{}</style>", ["One two"]),
        ("<nav><ul><li>Home</li></ul></nav><p>Who.</p><footer><p>Rights</p></footer>", ["Who."]),
        ('<p>Who<span aria-hidden="true">#<span>¶</span></span> answers.</p>', ["Who answers."]),
        ("<button>Copy</button><p>Who.</p><button>Send</button>", ["Who."]),
        ("<p>Who answers</p><button>Show properties</button><p>floor</p>", ["Who answers", "Show properties", "floor"]),
        ("<details><summary>More</summary><p>floor</p></details><p>Who.</p>", [OPENS, "More", "floor", CLOSES, "Who."]),
        ('<div class="mt-4 expandable"><button>Show properties</button><p>floor</p></div>', [OPENS, "floor", CLOSES]),
        ('<div class="expandables"><p>floor</p></div>', ["floor"]),
        ("<div><span>floor</span><span>integer</span></div>", ["floor integer"]),
        ("<div>floor<span>integer</span></div>", ["floor integer"]),
        ("<div><span>floor</span>integer</div>", ["floor integer"]),
        ("<div><span>Which</span><span>ever</span></div>", ["Whichever"]),
        (
            "<details><p>floor</p></details><p>Who</p><button>Show properties</button>",
            [OPENS, "floor", CLOSES, "Who", "Show properties"],
        ),
        ("<p>a &amp; b &lt;c&gt;</p>", ["a & b <c>"]),
        ("<p>One</div></span> two</p>", ["One two"]),
        ("<div><p>One<p>Two</div><p>Three", ["One", "Two", "Three"]),
        ("One<img src=x><input>two", ["Onetwo"]),
        ("<select><option>live</option></select><p>Who.</p>", ["Who."]),
        ("<nav><p>Home</nav><p>Who.</p>", ["Who."]),
    ],
)
def test_blocks_are_lines_and_what_is_no_text_is_left_out(text: str, expected: list[str]) -> None:
    """Code keeps its backticks, a bullet its mark, a fold-out its two ends; ends that are missing are made good."""
    assert lines(text) == expected


def test_each_line_knows_where_it_ends_in_the_source() -> None:
    """So that what is said of it can be found."""
    assert lines_of("<p>Who\nanswers.</p>\n\n<p>Which</p>\n") == [(2, "Who answers."), (4, "Which")]


def test_a_field_is_told_by_the_names_of_its_pieces() -> None:
    """Wherever they stand on the line, and however deep; text behind them is the field's."""
    pieces = ("field-name", "field-info-pill", "field-required-pill", "field-content")
    texts = ("floor", "integer", "required", "Which floor.")
    spans = "".join(f'<span data-component-part="{a}">{b}</span>' for a, b in zip(pieces, texts, strict=True))
    draft = read_lines(lines_of(f"<body><h2>Request</h2><div>{spans}</div></body>"))
    assert [(each.name, each.type, each.required, each.description) for each in draft.fields] == [
        ("floor", "integer", True, ("Which floor.",))
    ]


@pytest.mark.parametrize(
    ("text", "is_page"),
    [
        ("<!DOCTYPE html><html>", True),
        ("  <!-- saved --><!-- twice -->\n<HTML>", True),
        ("<main><h1>Hire</h1></main>", True),
        ("<article>", True),
        ("<ParamField body='floor' type='integer'>", False),
        ("Words, then <div>", False),
        ("<divided>", False),
    ],
)
def test_a_web_page_starts_as_one(text: str, is_page: bool) -> None:
    """Tags later on make none."""
    assert recognises(text) is is_page


def test_a_paragraph_without_end_is_cut() -> None:
    """Patterns are tried on lines of a bounded length, and no letter of it is lost."""
    found = lines("<p>" + "<b>Who answers. </b>" * 5_000 + "</p>")
    assert max(map(len, found)) < 21_000
    assert "".join(found).replace(" ", "") == "Whoanswers." * 5_000
