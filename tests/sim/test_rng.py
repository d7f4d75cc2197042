"""Keyed randomness: a draw depends on what it is for, and on nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.rng import Streams, absorb, name_key, name_keys

N = 100_000
IDS = np.arange(N)


def test_a_name_has_a_stable_key() -> None:
    """The key is the published hash of the spelling: a run of today can be repeated in ten years."""
    assert name_key("OpenAI") == 0xB8EF2490441C17E0
    assert name_keys(["OpenAI", "DeepSeek"]).tolist() == [name_key("OpenAI"), name_key("DeepSeek")]
    assert name_key("Zhipu") != name_key("zhipu")


def test_draws_are_what_they_were() -> None:
    streams = Streams(7)
    assert streams.keys("review", 3, np.array([0, 1, 2])).tolist() == [
        12949804508599331089,
        2475758953069972434,
        17791362170251199001,
    ]
    np.testing.assert_allclose(streams.uniform("review", 3, 1), [0.1342111617734451], rtol=1e-15)


def test_splitmix64_reference() -> None:
    """The mixer is SplitMix64: the first outputs of the reference implementation for the seed 1234567."""
    golden, state, seen = 0x9E3779B97F4A7C15, 1234567, []
    for _ in range(3):
        seen.append(absorb(0, state))
        state = (state + golden) % 2**64
    assert seen == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@given(st.integers(-(2**70), 2**70), st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=20, unique=True))
def test_a_draw_depends_on_its_own_key_alone(seed: int, ids: list[int]) -> None:
    """Subsets, orders and single ids give the same draws as the whole."""
    streams, keys = Streams(seed), np.array(ids, dtype=np.uint64)
    whole = streams.keys("p", 4, keys)
    assert whole.tolist() == Streams(seed).keys("p", 4, keys).tolist()
    assert streams.keys("p", 4, keys[::-1]).tolist() == whole[::-1].tolist()
    assert streams.keys("p", 4, keys[::2]).tolist() == whole[::2].tolist()
    assert [int(streams.keys("p", 4, one)[0]) for one in ids] == whole.tolist()
    assert [int(streams.keys("p", 4, np.array([one]))[0]) for one in ids] == whole.tolist()


def test_keys_broadcast() -> None:
    streams, rows, columns = Streams(1), np.arange(5), np.arange(7) + 100
    table = streams.keys("p", rows[:, None], columns)
    assert table.shape == (5, 7)
    assert table[3, 4] == streams.keys("p", 3, 104)[0]
    assert streams.keys("p", columns, rows[:, None])[3, 4] != table[3, 4]


def test_a_name_is_its_key() -> None:
    streams = Streams(1)
    assert streams.keys("p", "OpenAI")[0] == streams.keys("p", name_key("OpenAI"))[0]
    assert streams.keys("p", name_keys(["OpenAI"]))[0] == streams.keys("p", "OpenAI")[0]


def test_ids_are_left_as_they_were() -> None:
    ids = np.arange(10, dtype=np.uint64)
    before = ids.copy()
    streams = Streams(3)
    for draw in (streams.keys, streams.uniform, streams.exponential, streams.gumbel, streams.normal):
        draw("p", ids)
    np.testing.assert_array_equal(ids, before)


def test_no_two_keys_collide() -> None:
    keys = Streams(0).keys("p", np.arange(1000)[:, None], np.arange(1000))
    assert np.unique(keys).size == 1_000_000


@pytest.mark.parametrize("seed", [0, 1, 2**63])
def test_uniforms_are_uniform(seed: int) -> None:
    draws = Streams(seed).uniform("p", 5, IDS)
    assert draws.min() > 0
    assert draws.max() < 1
    assert stats.kstest(draws, "uniform").pvalue > 1e-4
    last_bits = (draws * 2**52).astype(np.uint64) % 256
    assert stats.chisquare(np.bincount(last_bits.astype(int), minlength=256)).pvalue > 1e-4


def test_uniforms_never_reach_their_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """0 would be an infinite wait, 1 an infinite Gumbel draw: also for the extreme hashes."""
    extremes = np.array([0, 2**64 - 1], dtype=np.uint64)
    monkeypatch.setattr(Streams, "keys", lambda *_: extremes.copy())
    streams = Streams(0)
    low, high = streams.uniform("p")
    assert 0 < low < high < 1
    for draw in (streams.exponential, streams.gumbel, streams.normal):
        assert np.isfinite(draw("p")).all()


@pytest.mark.parametrize(
    ("name", "law"), [("normal", stats.norm()), ("gumbel", stats.gumbel_r()), ("exponential", stats.expon())]
)
def test_other_laws(name: str, law: stats.distributions.rv_frozen) -> None:
    draws = getattr(Streams(11), name)("p", IDS)
    assert stats.kstest(draws, law.cdf).pvalue > 1e-4
    mean, variance = law.stats(moments="mv")
    assert abs(draws.mean() - mean) < 4 * np.sqrt(variance / N)
    error = np.sqrt(
        (law.moment(4) - 4 * mean * law.moment(3) + 6 * mean**2 * law.moment(2) - 3 * mean**4 - variance**2) / N
    )
    assert abs(draws.var() - variance) < 4 * error


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ((0, "p", 3, 0), (0, "q", 3, 0)),
        ((0, "p", 3, 0), (1, "p", 3, 0)),
        ((0, "p", 3, 0), (0, "p", 4, 0)),
        ((0, "p", 3, 0), (0, "p", 3, 1)),
        ((0, "p", 3, 0), (2**63, "p", 3, 0)),
    ],
    ids=["process", "seed", "month", "neighbouring ids", "high bit of the seed"],
)
def test_streams_are_independent(one: tuple[int, str, int, int], two: tuple[int, str, int, int]) -> None:
    draws = [Streams(seed).uniform(process, month, IDS + shift) for seed, process, month, shift in (one, two)]
    assert abs(np.corrcoef(*draws)[0, 1]) < 4 / np.sqrt(N)
    cells = np.histogram2d(*draws, bins=16)[0].ravel()
    assert stats.chisquare(cells).pvalue > 1e-4


@given(st.integers(0, 2**64 - 1), st.integers(0, 63))
def test_one_bit_of_an_id_moves_half_of_the_key(value: int, bit: int) -> None:
    ids = np.array([value, value ^ (1 << bit)], dtype=np.uint64)
    one, two = Streams(0).keys("p", ids).tolist()
    assert 8 <= (one ^ two).bit_count() <= 56
