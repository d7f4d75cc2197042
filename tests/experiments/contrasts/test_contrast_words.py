"""Effects in words: no claim without an interval that bears it."""

from __future__ import annotations

import pytest

from experiments.contrasts import effect_words, multiplicity_words
from experiments.contrasts.words import level, missing_nouns, most_missed, noun, number, percent, size, span

NAN = float("nan")
ROW = {
    "policy": "quota", "measure": "us_token_share", "unit": "share", "month": "2030-12", "n": 32, "left_out": 0,
    "units": 32, "mean": 0.021, "t_low": 0.01, "t_high": 0.032, "boot_low": 0.011, "boot_high": 0.033,
    "zero_share": 0.0, "sign_agreement": 0.9375,
}  # fmt: skip


def said(**changed) -> str:
    return effect_words(ROW | changed, condition="the future none")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (1.0, "1"), (-0.5, "-0.5"), (12345.6, "12,300"), (1e-7, "0.0000001"), (1.23e-15, "1.23e-15"),
     (2.0004, "2"), (999.7, "1,000"), (-0.0, "0"), (NAN, "-"), (float("inf"), "infinite"), (100.0, "100")],
)  # fmt: skip
def test_numbers(value, text):
    assert number(value) == text


def test_units():
    assert size(0.021, "share") == "2.1 points"
    assert size(0.01, "share") == "1 point"
    assert size(-3.0, "mo") == "-3 months"
    assert size(0.2, "ratio") == "0.2"
    assert level(0.25, "share") == "25 percent"
    assert level(1230.0, "M$/mo") == "1,230 M$ a month"
    assert span(-0.001, 0.02, "share") == "-0.1 to 2"
    assert (percent(0.999), percent(0.001), percent(1.0), percent(0.5)) == (
        "more than 99 percent", "less than 1 percent", "100 percent", "50 percent",
    )  # fmt: skip


def test_an_effect():
    assert said() == (
        "In 2030-12 quota raises the token share of US models worldwide by 2.1 points (95 percent interval 1 to 3.2; "
        "32 pairs, 94 percent of them with this sign), conditional on the future none."
    )


def test_a_loss_is_given_without_a_sign():
    text = said(mean=-0.021, t_low=-0.032, t_high=-0.01, boot_low=-0.03, boot_high=-0.01)
    assert "lowers the token share of US models worldwide by 2.1 points (95 percent interval 1 to 3.2;" in text


def test_no_claim_where_the_interval_holds_zero():
    for low, high in ((-0.001, 0.043), (0.0, 0.042), (-0.042, 0.0)):
        text = said(t_low=low, t_high=high, boot_low=-0.1, boot_high=0.1)
        assert "not distinguishable from no effect" in text
        assert "raises" not in text and "lowers" not in text


def test_intervals_that_disagree_are_said():
    assert "The bootstrap interval, -0.1 to 3.3, holds 0: take the sign with care." in said(boot_low=-0.001)
    assert "does not hold 0" in said(t_low=-0.001)
    assert "bootstrap" not in said(boot_low=NAN, boot_high=NAN)


def test_few_pairs_and_lost_ones_are_said():
    assert "8 is a small number of pairs." in said(n=8, units=8)
    assert "The interval rests on 6 parameter draws, a small number." in said(n=96, units=6)
    assert "small" not in said(n=16, units=16)
    assert "3 of 35 pairs are left out" in said(left_out=3)


def test_what_can_not_be_judged():
    assert "no pair is complete" in said(n=0, units=0)
    one = said(n=1, units=1, t_low=NAN, t_high=NAN, boot_low=NAN, boot_high=NAN)
    assert "in 1 pair, conditional on the future none: too few to judge." in one
    assert "raises" not in one


def test_no_difference_in_any_pair():
    text = said(mean=0.0, t_low=0.0, t_high=0.0, boot_low=0.0, boot_high=0.0, zero_share=1.0)
    assert "leaves the token share of US models worldwide as it is in every one of 32 pairs" in text
    assert "a change in up to 9 percent of histories would not have been seen" in text
    assert most_missed(32, 0.95) == pytest.approx(1 - 0.05 ** (1 / 32))


def test_every_headline_has_words():
    assert missing_nouns() == set()
    assert noun("new_one") == "new_one"


def test_many_comparisons():
    row = {"comparisons": 24, "always_zero": 4, "exclude_zero": 7, "by_chance": 1.0, "holm_below": 3}
    assert multiplicity_words(row) == (
        "Of 24 comparisons (4 of them without any difference), 7 have an interval that does not hold 0; by chance "
        "alone it would be about 1. After Holm's correction 3 stand."
    )
