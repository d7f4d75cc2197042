"""The parameters of the stratified population (docs/model.md, section 5.5), for `sim.parameters`."""

from __future__ import annotations

from pydantic.dataclasses import dataclass as checked_dataclass

from sim.schema import CONFIG
from sim.schema import parameter as _p

# fmt: off  (a table, one parameter a line)


@checked_dataclass(frozen=True, config=CONFIG)
class PopulationParameters:
    """The stratified population of enterprises (section 5.5)."""

    volume_developer: float = _p(300.0, "Mtok/mo", 100, 1000, "[A]", "median volume of a developer at 2026-01", gt=0)
    volume_enterprise: float = _p(1000.0, "Mtok/mo", 300, 3000, "[A]", "median volume of an enterprise", gt=0)
    volume_regulated: float = _p(1000.0, "Mtok/mo", 300, 3000, "[A]", "median volume of a regulated firm", gt=0)
    volume_public: float = _p(500.0, "Mtok/mo", 100, 2000, "[A]", "median volume of a public body", gt=0)
    volume_sd: float = _p(2.0, "log", 1, 2.5, "[A]", "log-sd of volumes", ge=0, le=4)
    count_developer: float = _p(0.30, "share", 0.2, 0.4, "[A]", "developers' share of enterprises", gt=0, lt=1)
    count_enterprise: float = _p(
        0.45, "share", 0.3, 0.6, "[A]", "the enterprise class's share of enterprises", gt=0, lt=1
    )
    count_regulated: float = _p(
        0.15, "share", 0.1, 0.2, "[A]", "the regulated class's share of enterprises", gt=0, lt=1
    )
    count_public: float = _p(0.10, "share", 0.05, 0.15, "[A]", "the public class's share of enterprises", gt=0, lt=1)
    token_developer: float = _p(0.40, "share", 0.3, 0.5, "[A]", "developers' share of full-adoption tokens", gt=0, lt=1)
    token_enterprise: float = _p(
        0.40, "share", 0.3, 0.5, "[A]", "the enterprise class's share of full-adoption tokens", gt=0, lt=1
    )
    token_regulated: float = _p(
        0.12, "share", 0.05, 0.2, "[A]", "the regulated class's share of full-adoption tokens", gt=0, lt=1
    )
    token_public: float = _p(
        0.08, "share", 0.04, 0.12, "[A]", "the public class's share of full-adoption tokens", gt=0, lt=1
    )
    slots: float = _p(6.0, "slots", 3, 10, "[A]", "slots of an enterprise of median volume", gt=0, le=50)
    slots_elasticity: float = _p(0.25, "-", 0.1, 0.5, "[A]", "elasticity of slots to volume", ge=0, le=1)
    slots_max: int = _p(12, "slots", 8, 20, "[A]", "largest number of slots", ge=1, le=64)
    task_assistant: float = _p(0.35, "share", 0.2, 0.5, "[A]", "assistant slots", ge=0, le=1)
    task_coding: float = _p(0.25, "share", 0.15, 0.4, "[A]", "coding slots", ge=0, le=1)
    task_documents: float = _p(0.20, "share", 0.1, 0.3, "[A]", "documents slots", ge=0, le=1)
    task_local: float = _p(0.15, "share", 0.05, 0.25, "[A]", "local-language slots", ge=0, le=1)
    developer_coding: float = _p(0.60, "share", 0.4, 0.8, "[A]", "coding slots of developers", ge=0, le=1)
    developer_assistant: float = _p(0.20, "share", 0.1, 0.3, "[A]", "assistant slots of developers", ge=0, le=1)
    developer_documents: float = _p(0.15, "share", 0.05, 0.25, "[A]", "documents slots of developers", ge=0, le=1)
    developer_local: float = _p(
        0.05, "share", 0, 0.15, "[A]", "local-language slots of developers (the rest is video)", ge=0, le=1
    )


# fmt: on
