import pytest

from core.charts.theme import BAND, DARK, LIGHT, base_figure, colors, label, plain, translucent


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.1, 1.4.11)."""

    def luminance(color: str) -> float:
        parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_readers_ground_chooses_the_palette():
    assert colors(dark=True) is DARK
    assert colors() is LIGHT


@pytest.mark.parametrize("color", LIGHT.categories)
def test_light_hues_hold_on_both_grounds(color):
    assert contrast(color, "#FFFFFF") >= 3
    assert contrast(color, "#0F1117") >= 3


@pytest.mark.parametrize("color", DARK.categories)
def test_dark_hues_hold_on_the_dark_ground(color):
    assert contrast(color, "#0F1117") >= 3


def test_kinds_beyond_the_last_hue_are_gray():
    assert LIGHT.category(0) == "#5A5CE6"
    assert LIGHT.category(99) == LIGHT.rest == "#667085"


def test_scales_have_ten_steps():
    assert {len(scale) for palette in (LIGHT, DARK) for scale in (palette.sequential, palette.diverging)} == {10}


def test_a_hex_colour_is_thinned():
    assert translucent("#6366F1", 0.2) == "rgba(99,102,241,0.2)"
    assert BAND == "rgba(99,102,241,.20)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("%{x}", "&#37;{x}"),
        ("$x^2$", "&#36;x^2&#36;"),
        ("&lt;", "&amp;lt;"),
        ('say "yes"', 'say "yes"'),
        ("two\nlines", "two lines"),
        (7, "7"),
    ],
)
def test_user_text_is_shown_letter_by_letter(text, shown):
    assert plain(text) == shown


def test_a_long_label_is_cut_before_it_is_escaped():
    assert label("<" * 60) == "&lt;" * 39 + "…"


def test_a_figure_leaves_paper_grid_and_font_to_the_page():
    layout = base_figure(x_title="<x>").to_plotly_json()["layout"]
    assert not {"paper_bgcolor", "plot_bgcolor", "font"} & set(layout)
    assert not {"gridcolor", "tickfont"} & set(layout["xaxis"])


def test_margins_are_fixed_so_that_a_slider_lines_up():
    figure = base_figure(left=52)
    assert figure.layout.margin.l == 52
    assert figure.layout.margin.autoexpand is False
    assert figure.layout.xaxis.automargin is False
