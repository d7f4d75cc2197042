from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.studies.axes import read_axis
from experiments.studies.lists import flat, read_list
from sim.errors import Problem


def axis(key: str, text: str) -> tuple[object, list[Problem]]:
    problems: list[Problem] = []
    return read_axis(key, text, f"override {key}={text}", problems, ("us_a", "us_b", "cn_a")), problems


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0,1.5,4", (0, 1.5, 4)),
        ("range(0,4)", (0, 1, 2, 3)),
        ("range(0,1,0.5)", (0.0, 0.5)),
        ("choice(sampled,expected)", ("sampled", "expected")),
        ("on,off", ("on", "off")),
        ("'a b',c", ("a b", "c")),
        ("glob(us_*)", ("us_a", "us_b")),
    ],
)
def test_values_come_one_by_one(text: str, values: tuple[object, ...]) -> None:
    found, problems = axis("params.demand.gamma", text)
    assert not problems
    assert found.values == values  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["3", "0.5", "sampled", "null"])
def test_one_value_is_no_axis(text: str) -> None:
    assert axis("params.demand.gamma", text) == (None, [])


@pytest.mark.parametrize("dates", ["@2027-01", "@2027-01..2028-06", "@2027-01.."])
def test_dates_behind_a_lever_hold_for_all_values(dates: str) -> None:
    found, problems = axis("lever.chip_export_quota.US.CN", f"0,24000{dates}")
    assert not problems
    assert (found.values, found.dates) == ((0, 24000), dates)  # type: ignore[attr-defined]


def test_each_value_of_a_lever_can_have_its_dates() -> None:
    found, _ = axis("lever.chip_export_quota.US.CN", "0@2027-01,0@2028-01")
    assert (found.values, found.dates) == (("0@2027-01", "0@2028-01"), "")  # type: ignore[attr-defined]


def test_an_interval_is_a_range_of_a_random_design() -> None:
    found, _ = axis("params.demand.gamma", "interval(0,4)")
    factor = found.factor  # type: ignore[attr-defined]
    assert (factor.values, factor.low, factor.high, factor.whole) == ((), 0.0, 4.0, False)
    assert axis("enterprises", "interval(100,400)")[0].factor.whole  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "word"), [("0,1,0", "twice"), ("range(0,", "read"), ("glob(x*)", "matches"), ("range(0,200000)", "many")]
)
def test_what_makes_no_sense_is_refused(text: str, word: str) -> None:
    _, problems = axis("params.demand.gamma", text)
    assert len(problems) == 1
    assert word in problems[0].message


@pytest.mark.parametrize(
    ("given_text", "items"),
    [
        ("a,b", ("a", "b")),
        ("[a,b]", ("a", "b")),
        ("[[a,b],./c.yaml]", (("a", "b"), "./c.yaml")),
        ("[a,b],c", (("a", "b"), "c")),
        ("['gap_months>=6@2030-12']", ("gap_months>=6@2030-12",)),
        ("~/x.yaml", ("~/x.yaml",)),
        ("", ()),
        (None, ()),
        (["a", ["b", "c"]], ("a", ("b", "c"))),
    ],
)
def test_lists_as_people_type_them(given_text: object, items: tuple[object, ...]) -> None:
    assert read_list(given_text) == items


@pytest.mark.parametrize("text", ["[a,b", "a]", "[[a],b"])
def test_brackets_that_do_not_match_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="brackets"):
        read_list(text)


names = st.text("abcxyz_./", min_size=1, max_size=6)


@given(st.lists(st.one_of(names, st.lists(names, min_size=1, max_size=3)), min_size=2, max_size=5))
def test_a_list_that_is_written_out_reads_as_it_was(items: list[object]) -> None:
    text = ",".join(f"[{','.join(item)}]" if isinstance(item, list) else str(item) for item in items)
    wanted = tuple(tuple(item) if isinstance(item, list) else item for item in items)
    assert read_list(text) == read_list(f"[{text}]") == wanted
    assert flat(wanted) == tuple(part for item in items for part in (item if isinstance(item, list) else [item]))


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("choice(a,b),c", ("choice(a,b)", "c")),
        ("[glob(us_*,exclude=us_b*),[a,b]]", ("glob(us_*,exclude=us_b*)", ("a", "b"))),
    ],
)
def test_what_stands_for_several_is_one_item(text: str, items: tuple[object, ...]) -> None:
    assert read_list(text) == items
    with pytest.raises(ValueError, match="brackets"):
        read_list(f"({text}")
