"""The questions of ``docs/questions.md``: each with one command, and the figure that answers it."""

from __future__ import annotations

from typing import NamedTuple


class Question(NamedTuple):
    """A question that a memo may ask.

    Attributes:
        name: of its image.
        group: heading under which it stands.
        wish: what somebody wants to know: 'I want to know ...'.
        command: that answers it, without ``opengambit``.
        family: the figure of its answer.
        options: of the figure.
        note: what to mind.
    """

    name: str
    group: str
    wish: str
    command: str
    family: str = "overview"
    options: str = ""
    note: str = ""


OPEN, CHIPS, MARKETS, VIEWS = "Open against closed", "Chips and compute", "Bans, hosting and money", "Views and doubts"
PAIRS = "seeds=16"

QUESTIONS = (
    Question("us_open_push", OPEN, "whether US open weights would take users back from Chinese ones, and at what cost",
             f"compare 'policies=[us_open_push]' {PAIRS}", "winners"),
    Question("openai_flagship", OPEN, "what happens if OpenAI publishes the weights of its flagships",
             f"compare 'policies=[openai_opens_flagship]' {PAIRS}", "winners"),
    Question("us_all_closed", OPEN, "who would carry the open ecosystem if no US lab had ever published weights",
             f"compare 'policies=[us_all_closed]' headline=open_token_share {PAIRS}"),
    Question("china_closes", OPEN, "what happens if China closes: no more weights after R1",
             f"compare 'policies=[cn_goes_closed]' {PAIRS}"),
    Question("china_opens", OPEN, "what happens if China makes all its labs publish their weights",
             f"compare 'policies=[cn_open_mandate]' {PAIRS}", "winners"),
    Question("deepseek_later", OPEN, "what DeepSeek-R1 changed: never published, and a year later",
             f"compare 'policies=[no_deepseek_r1,deepseek_r1_later]' 'dates=[2025-12,2030-12]' {PAIRS}", "difference"),
    Question("gpt_oss", OPEN, "whether gpt-oss changed anything",
             f"compare 'policies=[no_gpt_oss]' headline=open_token_share 'dates=[2026-07,2030-12]' {PAIRS}", "difference"),
    Question("weights_export_ban", OPEN, "what a US ban on the export of weights does, and to whom",
             f"compare 'policies=[us_weights_export_ban]' {PAIRS}", "winners"),
    Question("no_controls", CHIPS, "how fast the gap closes if the US lifts its chip controls",
             f"compare 'policies=[no_chip_controls]' headline=gap_months {PAIRS}"),
    Question("chip_ban", CHIPS, "what the US gains if it lets no chip go to China",
             f"compare 'policies=[total_chip_ban]' headline=gap_months {PAIRS}"),
    Question("quota", CHIPS, "which export quota matters: none, 24,000 or 96,000 H100e a month",
             f"sweep lever.chip_export_quota.US.CN=0,24000,96000@2027-01 measure=gap_months horizon=2030-12 {PAIRS}",
             "response", "--measure gap_months",
             "China's own import limit of the record stays in force beside the quota."),
    Question("h200", CHIPS, "what H200 exports do to the lead and to China's own chips",
             f"compare 'policies=[h200_exports]' headline=self_sufficiency {PAIRS}"),
    Question("smuggling", CHIPS, "what it is worth to stop smuggled chips",
             f"compare 'policies=[tight_enforcement]' headline=gap_months {PAIRS}", "difference"),
    Question("refuses", CHIPS, "what it costs China to refuse foreign chips altogether",
             f"compare 'policies=[cn_refuses_imports]' headline=gap_months {PAIRS}", "difference"),
    Question("gulf", CHIPS, "whether a megaproject in the Gulf makes it a third pole",
             f"compare 'policies=[gulf_megaproject]' headline=compute_nal {PAIRS}"),
    Question("europe", CHIPS, "what a European megaproject buys for allied labs",
             f"compare 'policies=[megaproject]' headline=compute_al {PAIRS}"),
    Question("why", CHIPS, "through what the end of chip controls acts: price, quality, ecosystem, bans",
             f"compare 'policies=[no_chip_controls]' attribution=mechanisms 'dates=[2030-12]' {PAIRS}", "attribution"),
    Question("eu_ban", MARKETS, "what a ban of Chinese models in the EU changes, and who picks up the users",
             f"compare 'policies=[eu_model_ban]' {PAIRS}", "winners"),
    Question("procurement", MARKETS, "what it does if allied public bodies stop buying Chinese models",
             f"compare 'policies=[allied_procurement_ban]' {PAIRS}"),
    Question("hosting", MARKETS, "what changes with US firms hosting Chinese models: barred, or all hosts at home",
             f"compare 'policies=[us_hosting_ban,hosting_localisation]' {PAIRS}", "difference"),
    Question("api_cutoff", MARKETS, "who loses if the US cuts non-aligned countries off from its labs' APIs",
             f"compare 'policies=[api_cutoff]' record=panel {PAIRS}", "winners"),
    Question("revenue", MARKETS, "who loses revenue: closed US labs under five policies",
             "compare 'policies=[us_open_push,us_weights_export_ban,api_cutoff,no_chip_controls,total_chip_ban]' "
             f"headline=us_closed_revenue {PAIRS}", "dots", "--measure us_closed_revenue"),
    Question("language", MARKETS, "what if language fit were equal: no model better in anybody's language",
             f"sweep params.demand.fit_scale=0,1,2 horizon=2030-12 {PAIRS}", "response", "",
             "fit_scale 0: language and culture fit count for nothing; 1 is the default, 2 doubles them."),
    Question("futures", VIEWS, "whether the answer survives another future: slow scaling, a price war",
             f"compare 'policies=[us_open_push,cn_goes_closed]' 'futures=[none,slow_scaling,price_war]' {PAIRS}", "regret"),
    Question("best", VIEWS, "which of seven policies is best, and for whom",
             "compare 'policies=[us_open_push,us_all_closed,cn_goes_closed,cn_open_mandate,no_chip_controls,"
             f"total_chip_ban,allied_procurement_ban]' {PAIRS}", "regret"),
    Question("game", VIEWS, "what each side should do given what the other does",
             f"compare 'policies.us=[us_open_push,total_chip_ban]' 'policies.cn=[cn_goes_closed,cn_open_mandate]' {PAIRS}",
             "game"),
    Question("assumptions", VIEWS, "which assumption the answer hangs on",
             "compare 'policies=[no_chip_controls]' draws=64 seeds=1", "dots", "",
             "The table `sensitivity.csv` of the comparison ranks all parameters; the memo names those that stand out."),
    Question("threshold", VIEWS, "when Chinese models fall back to 22 percent outside China, and what hastens or prevents it",
             "compare 'policies=[total_chip_ban,no_chip_controls]' "
             f"\"thresholds=['cn_token_share_outside_cn<=0.22']\" {PAIRS}", "policy_lines"),
)  # fmt: skip
