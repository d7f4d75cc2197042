from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.figures import homing, outcomes
from experiments.figures.apart import DASHES, VISIONS, alike, dashes, distance, ink, lab, lightness
from experiments.figures.chips import PATHWAYS
from experiments.figures.marks import VEIL
from experiments.figures.modes import MODES
from experiments.figures.studies.colours import SEQUENTIAL
from experiments.figures.style import ARMS, BLOCS, CHANNELS, LABS, LICENCES, OPENNESS, ORDER

STACKS = {
    "blocs": [BLOCS[key] for key in ORDER["bloc"]],
    "openness": [OPENNESS[key] for key in ORDER["openness"]],
    "licences": [LICENCES[key] for key in ORDER["licence"]],
    "channels": [CHANNELS[key] for key in ORDER["channel"]],
    "pathways of chips": [shade for _, shade in PATHWAYS.values()],
    "release modes": [shade for shade, _ in MODES.values()],
}
COLOURS = st.tuples(*[st.integers(0, 255)] * 3).map(lambda rgb: "#{:02X}{:02X}{:02X}".format(*rgb))


def veiled(shade: str) -> str:
    """Return a colour under the white of a projection."""
    parts = [round((1 - VEIL) * int(shade[at : at + 2], 16) + 255 * VEIL) for at in (1, 3, 5)]
    return "#{:02X}{:02X}{:02X}".format(*parts)


def test_lab_has_the_published_values_of_srgb():
    known = {"#FFFFFF": (100, 0, 0), "#FF0000": (53.24, 80.09, 67.20), "#0000FF": (32.30, 79.19, -107.86)}
    for shade, want in known.items():
        assert lab(shade) == pytest.approx(want, abs=0.02)


@given(st.integers(0, 255))
def test_every_reader_sees_greys_as_they_are(level):
    grey = f"#{level:02X}{level:02X}{level:02X}"
    for vision in VISIONS:
        assert distance(grey, grey, vision) == 0
        assert lab(grey, vision) == pytest.approx(lab(grey), abs=0.05)


def test_red_and_green_of_one_lightness_are_alike_to_those_who_lack_a_cone():
    assert distance("#C00000", "#5C7A00") > 60
    assert distance("#C00000", "#5C7A00", "deuteranopia") < 30


@pytest.mark.parametrize("name", STACKS)
def test_neighbours_in_a_stack_differ_in_greyscale_and_to_every_reader(name):
    for one, other in pairwise(STACKS[name]):
        assert abs(lightness(one) - lightness(other)) >= 12
        assert min(distance(one, other, vision) for vision in VISIONS) >= 12


def test_modes_differ_whichever_lie_on_each_other():
    for one, other in combinations(STACKS["release modes"], 2):
        assert abs(lightness(one) - lightness(other)) >= 12


def test_any_two_blocs_differ_in_stacks_and_lines_and_under_the_veil_of_the_projection():
    for one, other in combinations(BLOCS.values(), 2):
        assert abs(lightness(one) - lightness(other)) >= 15
        assert abs(lightness(veiled(one)) - lightness(veiled(other))) >= 12
        assert min(distance(one, other, vision) for vision in VISIONS) >= 38


def test_arms_differ_in_colour_and_those_close_in_greyscale_have_other_dashes():
    for (place, one), (other_place, other) in combinations(enumerate(ARMS), 2):
        assert min(distance(one, other, vision) for vision in VISIONS) >= 22
        assert abs(lightness(one) - lightness(other)) >= 7
        assert DASHES[place] != DASHES[other_place]


@pytest.mark.parametrize(
    "shades", [(homing.FAMILIES, homing.MODELS), tuple(outcomes.SHADES.values()), tuple(LABS.values())[:8]]
)
def test_lines_drawn_together_differ_in_lightness_or_dash(shades):
    for (one, style), (other, another) in combinations(zip(shades, dashes(shades), strict=True), 2):
        assert not alike(one, other) or style != another
    assert abs(lightness(homing.FAMILIES) - lightness(homing.MODELS)) >= 12


@given(st.lists(COLOURS, max_size=6))
def test_up_to_six_lines_always_differ(shades):
    for (one, style), (other, another) in combinations(zip(shades, dashes(shades), strict=True), 2):
        assert not alike(one, other) or style != another


@given(COLOURS)
def test_ink_can_be_read_on_white_and_keeps_its_hue(shade):
    dark = ink(shade)
    assert lightness(dark) <= 50.6
    if dark == shade:
        return
    _, a, b = lab(shade)
    _, c, d = lab(dark)
    if np.hypot(a, b) > 20:
        turn = np.angle(complex(a, b) / complex(c, d), deg=True)
        assert abs(turn) < 25


def test_a_scale_gets_darker_in_even_steps():
    steps = [one - other for one, other in pairwise(map(lightness, SEQUENTIAL))]
    assert min(steps) > 12
