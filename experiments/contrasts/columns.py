"""The declared tables of a comparison: what each column holds, and in which unit."""

from __future__ import annotations

from typing import NamedTuple

TEXT, FLAG, COUNT, SHARE, NUMBER, P_VALUE = "text", "flag", "count", "share", "number", "p"


class Column(NamedTuple):
    """A column: ``kind`` says how it is stored and shown; the unit stands in ``meaning`` where there is one."""

    kind: str
    meaning: str


def _t(meaning: str) -> Column:
    return Column(TEXT, meaning)


def _c(meaning: str) -> Column:
    return Column(COUNT, meaning)


def _s(meaning: str) -> Column:
    return Column(SHARE, meaning)


def _n(meaning: str) -> Column:
    return Column(NUMBER, meaning)


def _f(meaning: str) -> Column:
    return Column(FLAG, meaning)


_CELL = {
    "policy": _t("arm"),
    "future": _t("name of the future; 'all futures' is the plain mean over them"),
    "measure": _t("headline measure"),
    "unit": _t("of mean, limits and standard deviations"),
    "month": _t("YYYY-MM"),
}
_COUNTS = {
    "n": _c("complete pairs"),
    "left_out": _c("pairs left out: a run failed or is missing, or a cell has no users"),
    "failed": _c("pairs left out because a run failed or is missing"),
    "units": _c("seeds, or draws if there are several: what the intervals rest on"),
}
_MEAN = {
    "mean": _n("mean of the paired differences, policy less baseline"),
    "t_low": _n("lower limit, t interval"),
    "t_high": _n("upper limit, t interval"),
    "boot_low": _n("lower limit, studentised bootstrap; empty where it can't be made"),
    "boot_high": _n("upper limit, studentised bootstrap"),
}
_SHARES = {
    "sign_agreement": _s("share of pairs with the sign of the mean"),
    "zero_share": _s("share of pairs with no difference at all"),
    "helps_up": _s("share of pairs above 0"),
    "helps_down": _s("share of pairs below 0"),
}
_SPREAD = {
    "sd_pairs": _n("standard deviation of the pairs"),
    "sd_luck": _n("standard deviation within draws, over seeds; empty with one seed"),
    "sd_parameters": _n("standard deviation between draws, luck taken out; empty with one draw or one seed"),
    "parameters_truncated": _f("the estimate of sd_parameters was below 0 and is put to 0"),
}
_P = {"excludes_zero": _f("the t interval does not hold 0"), "p": Column(P_VALUE, "two-sided p value of no effect, t")}
_OBJECTIVE = {"objective": _t("whose perspective"), "policy": _t("arm"), "future": _CELL["future"]}
_SUMMARY = _COUNTS | _MEAN | _P | _SHARES | _SPREAD

COLUMNS: dict[str, dict[str, Column]] = {
    "effects": _CELL | _COUNTS | _MEAN | _SHARES | _SPREAD,
    "headline": _CELL
    | {"baseline_mean": _n("level of the baseline, complete pairs"), "policy_mean": _n("level of the policy")}
    | _COUNTS
    | _MEAN
    | _P
    | {"p_holm": Column(P_VALUE, "p value adjusted for all comparisons of this table (Holm 1979)")}
    | _SHARES
    | _SPREAD,
    "multiplicity": {
        "level": _s("of each interval"),
        "comparisons": _c("rows of the table headline that have an interval"),
        "always_zero": _c("of these: no difference in any pair, so that nothing was left to chance"),
        "exclude_zero": _c("of these: the t interval does not hold 0"),
        "by_chance": _n("would be expected among the others if no policy had an effect"),
        "holm_below": _c("of these: the Holm-adjusted p value is below 1 - level"),
    },
    "objectives": _OBJECTIVE
    | {"unit": _t("of mean, limits and standard deviations"), "month": _t("YYYY-MM")}
    | _COUNTS
    | {"n": _c("complete pairs; of 'all futures' those of (draw, seed) that are complete in every future")}
    | {name: Column(column.kind, column.meaning) for name, column in (_MEAN | _P).items()}
    | {
        "helps": _s("share of (draw, seed, future) with a score above 0"),
        "ties": _s("share with a score of exactly 0"),
        "hurts": _s("share with a score below 0"),
    }
    | _SPREAD,
    "weights": {
        "objective": _t("name of the perspective"),
        "title": _t("whose it is"),
        "measure": _t("headline measure"),
        "unit": _t("of the measure and of scale"),
        "sign": _t("+: more is better, -: less is"),
        "scale": _n("what counts as a large change"),
        "weight": _s("share of the whole; weights are assumptions"),
        "tag": _t("source tag: A is an assumption"),
        "reason": _t("why it counts"),
    },
    "regret": _OBJECTIVE
    | {
        "month": _t("YYYY-MM"),
        "n": _c("(draw, seed) in which every policy has a score"),
        "left_out": _c("(draw, seed) left out: a policy has no score"),
        "mean_regret": _n("best score less own, in large changes: mean"),
        "max_regret": _n("the same: largest of the runs"),
        "best_share": _s("share of runs in which no policy has a better score"),
        "worst_share": _s("share of runs in which none has a worse score, and some a better one"),
        "worst_here": _f("the largest mean regret of this future"),
    },
    "robustness": {
        "objective": _t("whose perspective"),
        "month": _t("YYYY-MM"),
        "policy": _t("arm, the baseline included"),
        "max_mean_regret": _n("largest over futures of the mean regret, in large changes"),
        "max_regret": _n("largest over all runs"),
        "never_worst_future": _f("has the largest mean regret in no future"),
        "never_worst_run": _f("is the worst in no single run"),
    },
    "thresholds": {
        "policy": _t("arm, the baseline included"),
        "future": _t("name of the future"),
        "measure": _t("headline measure"),
        "unit": _t("of value"),
        "sign": _t(">=: reached from below, <=: from above"),
        "value": _n("the threshold"),
        "since": _t("YYYY-MM: first month that counts: as asked for, else the one after the hand-over, else the first"),
        "met_before": _s("share of runs that met it in the month before since; empty if there is none"),
        "n": _c("runs"),
        "left_out": _c("runs that failed, are missing, or have no users in any month that counts"),
        "crossed_share": _s("share of runs that cross by the horizon"),
        "q25": _t("first month, from since on, in which it is met: lower quartile"),
        "median": _t("the same: median; a run that does not cross counts as after the horizon"),
        "q75": _t("the same: upper quartile"),
        "pairs": _c("runs that have a baseline run beside them"),
        "both": _c("pairs in which both cross"),
        "only_policy": _c("pairs in which only the policy crosses"),
        "only_baseline": _c("pairs in which only the baseline crosses"),
        "neither": _c("pairs in which neither does"),
        "shift": _n("months later than the baseline, mean of the pairs in which both cross"),
        "shift_low": _n("lower limit, t interval"),
        "shift_high": _n("upper limit, t interval"),
        "shift_boot_low": _n("lower limit, studentised bootstrap"),
        "shift_boot_high": _n("upper limit, studentised bootstrap"),
    },
    "satisficing": {
        "policy": _t("arm, the baseline included"),
        "future": _t("name of the future"),
        "demand": _t("measure, sign, value and month; or all of them"),
        "unit": _t("of the value"),
        "n": _c("runs"),
        "left_out": _c("runs that failed, are missing, or have no users at the month"),
        "share": _s("share of runs that meet it"),
        "low": _s("lower limit, Wilson interval"),
        "high": _s("upper limit, Wilson interval"),
        "n_effective": _n("runs that the interval counts, fewer than n where draws differ"),
        "pairs": _c("runs that have a baseline run beside them"),
        "gained": _c("pairs in which only the policy meets it"),
        "lost": _c("pairs in which only the baseline does"),
        "change": _s("share less that of the baseline, over pairs"),
        "change_low": _s("lower limit, t interval"),
        "change_high": _s("upper limit, t interval"),
    },
    "attribution": {"policy": _t("the package")}
    | {name: _CELL[name] for name in ("future", "measure", "unit", "month")}
    | {
        "part": _t("together, alone, interaction (together less the sum of alone), last in (together less all but it)"),
        "lever": _t("of alone and last in"),
        "arm": _t("arm of the study that it is read from"),
    }
    | _SUMMARY,
    "mechanisms": {"policy": _t("arm")}
    | {name: _CELL[name] for name in ("future", "measure", "unit", "month")}
    | {
        "part": _t("total, through (total less the effect with the mechanism held), direct and interactions"),
        "mechanism": _t("of through"),
        "arm": _t("arm with the mechanism held"),
        "share_of_total": _s("mean over that of total; empty where the interval of total holds 0"),
    }
    | _SUMMARY,
    "sensitivity": _CELL
    | {
        "parameter": _t("of the draws"),
        "draws": _c("parameter draws with a complete pair"),
        "rho": _n("Spearman's rank correlation of the parameter with the effect of a draw"),
        "low": _n("lower limit, 95 percent (Bonett and Wright 2000)"),
        "high": _n("upper limit"),
        "p": Column(P_VALUE, "two-sided p value of no correlation"),
        "p_holm": Column(P_VALUE, "p value adjusted for all parameters of the policy and future (Holm 1979)"),
        "mean_low_half": _n("mean effect of the draws in which the parameter is at or below its median"),
        "mean_high_half": _n("mean effect of the other draws"),
    },
    "game": {
        "future": _CELL["future"],
        "month": _t("YYYY-MM"),
        "row": _t("what the first side does"),
        "column": _t("what the second side does"),
        "arm": _t("arm of the study"),
        "side": _t("whose score this is"),
    }
    | _COUNTS
    | _MEAN
    | {"excludes_zero": _P["excludes_zero"]}
    | {
        "best_reply": _f("best of the side's choices against the other's, and told apart from the second best"),
        "rival": _t("the best of the side's other choices"),
        "margin": _n("score less that of the rival, paired mean"),
        "margin_low": _n("lower limit, t interval"),
        "margin_high": _n("upper limit, t interval"),
        "both_best": _f("a best reply of both sides"),
    },
    "actors": {"policy": _t("arm"), "future": _CELL["future"]}
    | {
        "group": _t("labs, developer blocs (by home of the lab), user blocs, regions (with record=panel)"),
        "actor": _t("lab, bloc or region; labs with at least 0.5 percent of tokens or revenue in one of both arms"),
        "bloc": _t("of the actor"),
        "measure": _t("of a run; of a bloc as developer, revenue is the sum over all of its labs"),
        "unit": _CELL["unit"],
        "month": _CELL["month"],
        "baseline_mean": _n("level of the baseline, complete pairs"),
        "policy_mean": _n("level of the policy"),
    }
    | _COUNTS
    | {"n": _c("complete pairs; of 'all futures' those of (draw, seed) that are complete in every future")}
    | {name: _MEAN[name] for name in ("mean", "t_low", "t_high")}
    | _P
    | {"p_holm": Column(P_VALUE, "p value adjusted for all comparisons of this table (Holm 1979)")}
    | {name: _SHARES[name] for name in ("sign_agreement", "zero_share")},
}  # fmt: skip
"""Table to its columns, in order."""

TITLES = {
    "effects": "Paired effects month by month",
    "headline": "Paired effects at the chosen dates",
    "multiplicity": "How many comparisons, and how many would stand out by chance",
    "objectives": "What the policies are worth to each side",
    "weights": "Assumed weights and scales of each side",
    "regret": "Regret by future: best score less own",
    "robustness": "Regret over all futures",
    "thresholds": "When a measure first crosses a value",
    "satisficing": "How often the demands are met",
    "attribution": "A package taken apart, lever by lever",
    "mechanisms": "Through which mechanism a policy acts",
    "sensitivity": "Which drawn parameters an effect goes with",
    "game": "Two sides' choices and best replies",
    "actors": "Who wins and who loses",
}
