import pytest

from core.framing.metrics import METRICS
from core.framing.templates import TEMPLATES, name_words, suggest_target


def test_the_six_templates_stand_in_order():
    assert list(TEMPLATES) == [
        "customer-churn",
        "loan-approval",
        "delivery-delay",
        "house-price",
        "patient-readmission",
        "equipment-failure",
    ]


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda template: template.key)
def test_a_template_is_whole(template):
    frame = template.frame
    assert frame.template == template.key
    assert all([template.title, template.icon, template.summary, template.target_hints, template.columns_to_doubt])
    assert all([frame.question, frame.row_is, frame.predicted_at, frame.today, frame.harm])
    assert frame.task in METRICS[frame.metric].tasks
    assert frame.target is None


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda template: template.key)
def test_a_yes_or_no_template_prices_and_names_both_errors(template):
    named = bool(template.false_positive and template.false_negative)
    assert template.frame.costs.known == named == (template.frame.task == "binary")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SalePrice_USD", ("sale", "price", "usd")),
        ("arr_delay", ("arr", "delay")),
        ("HTTPStatus 2", ("http", "status", "2")),
        ("<b>", ("b",)),
        ("", ()),
    ],
)
def test_names_are_split_into_words(name, words):
    assert name_words(name) == words


@pytest.mark.parametrize(
    ("key", "names", "target"),
    [
        ("loan-approval", ["pirat", "insurance", "deny"], "deny"),
        ("house-price", ["Lot_Area", "Sale_Type", "Sale_Price"], "Sale_Price"),
        ("house-price", ["saleprice", "price_class"], "saleprice"),
        ("delivery-delay", ["dep_delay", "arr_delay"], "arr_delay"),
        ("customer-churn", ["tenure", "is_churned_flag"], "is_churned_flag"),
        ("patient-readmission", ["unreadmittedx"], "unreadmittedx"),
        ("equipment-failure", ["torque", "wear"], None),
        ("equipment-failure", [], None),
    ],
)
def test_the_target_is_suggested_by_name(key, names, target):
    assert suggest_target(TEMPLATES[key], names) == target
