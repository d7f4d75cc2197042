"""Models: every offered release with its lab, line, licence, sizes, capability and flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.data.build import capability
from sim.data.build.crosswalk import AA_SCALES, ELO_SCALES, TASKS, Crosswalk, Score
from sim.data.build.labs import roster
from sim.data.build.tables import Raw, Row, Table, number, provenance

COLUMNS = (
    "model", "lab", "source_lab", "line", "tier", "domain", "date", "month", "replaces", "offer_month",
    "licence", "openness", "total_b", "active_b", "params_basis",
    "q", "q_sd", "q_basis", *(f"q_{task}" for task in TASKS),
    "q_beyond_logit", "q_beyond_weight", *(f"q_{task}_beyond_weight" for task in TASKS),
    "aa", "elo", "flagship", "flags", "tag", "confidence", "note", "source_title", "source_url",
)  # fmt: skip
LICENCE = {
    "closed_api": "closed",
    "open_weights_restricted": "open_restricted",
    "open_weights_permissive": "open_permissive",
    "open_source": "open_permissive",
}
PARAMS_FLAG = {"assumed [A]": "size_assumed", "rumour [A]": "size_rumoured", "": "size_unknown"}


@dataclass(frozen=True)
class Priced:
    """First day of a first-party price by model, and the models with any price at all."""

    first_party: dict[str, str]
    anywhere: set[str]


def offered(raw: Raw) -> list[Row]:
    """Return the offered releases of raw/releases.csv in order of date."""
    rows = [row for row in raw.table("releases") if row["offered"] == "1"]
    return sorted(rows, key=lambda row: (row["date"], row["model"]))


def is_open(row: Row) -> bool:
    """Return whether a raw release has public weights."""
    return LICENCE[row["openness"]] != "closed"


def priced(raw: Raw) -> Priced:
    """Return who has a price: list, launch or backfill (capture too, if closed), hosts, or the release row."""
    releases = {row["model"]: row for row in raw.table("releases")}
    first: dict[str, str] = {}
    for row in sorted(raw.table("prices"), key=lambda row: row["from"]):
        if not (row["basis"] == "capture" and is_open(releases[row["model"]])):
            first.setdefault(row["model"], row["from"])
    anywhere = {row["model"] for name in ("prices", "hosts") for row in raw.table(name)}
    anywhere |= {model for model, row in releases.items() if row["api_price_in_usd_per_mtok"]}
    return Priced(first, anywhere)


def build(raw: Raw, crosswalk: Crosswalk) -> Table:
    """Return models.csv, sorted by lab, line and date."""
    members = roster(raw)
    prices = priced(raw)
    releases = offered(raw)
    scores, replacing = assign(raw, releases, crosswalk, prices)
    lab_of = members.lab_of
    order = {lab: index for index, lab in enumerate(members.labs())}
    first_of_line = _first_of_line(releases)
    rows = []
    for row in sorted(releases, key=lambda r: (order[lab_of[r["lab"]]], r["line"], r["date"])):
        model = row["model"]
        replaces = model in replacing
        month = _offer_month(row, replaces, model in first_of_line, prices)
        head = {"lab": lab_of[row["lab"]], "replaces": str(int(replaces)), "offer_month": month}
        rows.append(head | _model(row, scores[model], prices, replaces))
    return Table("models.csv", COLUMNS, rows)


def assign(
    raw: Raw, releases: Sequence[Row], crosswalk: Crosswalk, prices: Priced
) -> tuple[dict[str, Score], set[str]]:
    """Return the score of every offered release and the set of those that replace their predecessor.

    A release with neither a score nor a price replaces nothing; the first of a line, and video, always stands.
    """
    texts = [row for row in releases if row["domain"] != "video"]
    scores = crosswalk.scores(texts)
    best = capability.frontier(texts, scores)
    before = _predecessor_lines(raw)
    lab_of = roster(raw).lab_of
    result: dict[str, Score] = {}
    replacing: set[str] = set()
    latest: dict[str, Row] = {}
    for row in releases:
        model, line = row["model"], row["line"]
        previous = _previous(line, latest, before)
        if row["domain"] == "video":
            result[model] = capability.video(row["date"])
        elif model in scores:
            result[model] = scores[model]
        elif previous and (line in latest or not capability.backcast(row, texts, scores, best)):
            result[model] = capability.carried(result[previous["model"]], previous["date"], row["date"], best)
        else:
            result[model] = _first(row, texts, scores, best, lab_of)
        if line not in latest or model in scores or row["domain"] == "video" or model in prices.anywhere:
            replacing.add(model)
            latest[line] = row
    return result, replacing


def _first(
    row: Row,
    texts: Sequence[Row],
    scores: Mapping[str, Score],
    best: capability.Frontier,
    lab_of: Mapping[str, str],
) -> Score:
    following = capability.backcast(row, texts, scores, best)
    if following:
        return following
    return capability.behind(capability.typical_gap(row, texts, scores, best, lab_of), row["date"], best)


def _previous(line: str, latest: Mapping[str, Row], before: Mapping[str, list[str]]) -> Row | None:
    if line in latest:
        return latest[line]
    candidates = [latest[name] for name in before.get(line, []) if name in latest]
    return max(candidates, key=lambda row: row["date"], default=None)


def _predecessor_lines(raw: Raw) -> dict[str, list[str]]:
    before: dict[str, list[str]] = {}
    for row in raw.table("lines"):
        if row["successor"]:
            before.setdefault(row["successor"], []).append(row["line"])
    return before


def _first_of_line(releases: Sequence[Row]) -> set[str]:
    first: dict[str, str] = {}
    for row in releases:
        first.setdefault(row["line"], row["model"])
    return set(first.values())


def _offer_month(row: Row, replaces: bool, first: bool, prices: Priced) -> str:
    """Return the month from which a release is on offer: a closed first release waits for its price."""
    if not replaces:
        return ""
    if is_open(row) or row["domain"] == "video" or not first:
        return row["date"][:7]
    return max(row["date"], prices.first_party[row["model"]])[:7] if row["model"] in prices.first_party else ""


def _model(row: Row, score: Score, prices: Priced, replaces: bool) -> Row:
    basis = row["params_basis"]
    aa = next((row[scale] for scale in AA_SCALES if row[scale]), "")
    elo = next((row[scale] for scale in ELO_SCALES if row[scale]), "")
    return {
        "model": row["model"], "source_lab": row["lab"], "line": row["line"], "tier": row["tier"],
        "domain": "video" if row["domain"] == "video" else "text",
        "date": row["date"], "month": row["date"][:7],
        "licence": LICENCE[row["openness"]], "openness": "open" if is_open(row) else "closed",
        "total_b": number(row["total_params_b"]), "active_b": number(row["active_params_b"]), "params_basis": basis,
        "aa": number(aa), "elo": number(elo), "flagship": row["flagship"],
        "flags": ";".join((*score.flags, *_flags(row, prices, replaces))),
        "tag": score.tag,
        **_capability(score),
        **provenance(row),
    }  # fmt: skip


def _capability(score: Score) -> Row:
    return {
        "q": number(score.q), "q_sd": number(score.sd), "q_basis": score.basis.replace("_", " ")
        if score.tag == "A" else score.basis,
        **{f"q_{task}": number(score.tasks[task]) for task in TASKS},
        "q_beyond_logit": number(score.beyond), "q_beyond_weight": number(score.weight),
        **{f"q_{task}_beyond_weight": number(score.weights[task]) for task in TASKS},
    }  # fmt: skip


def _flags(row: Row, prices: Priced, replaces: bool) -> list[str]:
    flags = []
    if not replaces:
        flags.append("not_replacing")
    if row["domain"] != "video":
        if row["model"] not in prices.anywhere:
            flags.append("no_price")
        elif row["model"] not in prices.first_party:
            flags.append("no_first_party_price")
    if row["params_basis"] in PARAMS_FLAG:
        flags.append(PARAMS_FLAG[row["params_basis"]])
    if row["openness_checked"] == "0":
        flags.append("licence_guess")
    return flags
