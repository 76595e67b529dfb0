"""A plan in plain words: what a build would take from where, and what it would give.

Reads the plan as `orchestration.plan_document.plan_as_json` has it; the command line, REST and
screens show the same lines.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from report.told_parts import told_part
from report.words import counted, number_text, plain_text, share_text


def plan_summary(plan: Mapping[str, Any]) -> dict[str, str]:
    """Lines by label, in the order in which a person asks."""
    return {
        "audience": plain_text(plan["audience"]),
        "seed": _seed(plan["seed"]),
        **({"unlike": _unlike(plan["unlike"])} if plan.get("unlike") else {}),
        "population": _some_rows(plan["population"]),
        "joined by": _join(plan["identifiers"], resolves=plan["resolves_people"]),
        **_found(plan),
        "learns from": _learns(plan["learn_from"], plan["matched_minimum"]),
        "scores by": _attributes(plan["attributes"]),
        "left out": _left_out(plan["left_out"]),
        **_compares(plan["fairness"]),
        "delivers": _limit(plan["output"]),
        **_quotas(plan["output"]),
        **_tiers(plan["output"]),
        "seed people": (
            "are added, over and above the limit, with the score 1"
            if plan["output"]["include_seed"]
            else "stay out of the audience"
        ),
        "recommends": _recommends(plan["economics"]),
        "built again": _refresh(plan["refresh"]),
    }


def plan_caveats(plan: Mapping[str, Any]) -> tuple[str, ...]:
    """What a person should know before the build; full sentences without the stop."""
    caveats = [*_found_caveats(plan), *plan["notes"], *_proxy_caveats(plan)]
    if plan["fairness"]["mode"] == "regulated":
        caveats.append(
            "regulated: groups that are chosen less than four fifths as often as others"
            " do not stop the build; read the report before anything is delivered"
        )
    top, rows = plan["output"].get("top"), plan["population"]["rows"]
    if top is not None and top > rows:
        caveats.append(
            f"{number_text(top)} people are asked for and the population has"
            f" {counted(rows, 'row', 'rows')}: everybody who is not in the seed is"
            " delivered, and nothing is chosen"
        )
    if plan["refresh"]["schedule"] or plan["refresh"]["on_change"]:
        caveats.append("it is built again only while the studio runs (`lookalike up`)")
    return tuple(caveats)


def _some_rows(chosen: Mapping[str, Any]) -> str:
    """The rows of a dataset, or those of them that a filter keeps."""
    name = plain_text(chosen["dataset"])
    if "where" not in chosen:
        return f"{counted(chosen['rows'], 'row', 'rows')} of '{name}'"
    where = plain_text(" and ".join(chosen["where"]))
    return (
        f"{number_text(chosen['rows'])} of"
        f" {counted(chosen['of_rows'], 'row', 'rows')} of '{name}' where {where}"
    )


def _seed(seed: Mapping[str, Any]) -> str:
    """Who the seed is and, where it is weighed, how much its people say together."""
    weight = seed.get("weight")
    if weight is None:
        return _people_of(seed)
    return (
        f"{_people_of(seed)}, weighed by '{plain_text(weight['column'])}': as much as"
        f" {number_text(int(weight['effective']))} people of equal weight, the"
        f" heaviest with about {share_text(weight['greatest_share'])} of all"
    )


def _unlike(unlike: Mapping[str, Any]) -> str:
    """Who is not wanted, and what becomes of them."""
    return (
        f"{_people_of(unlike)}: found by {', '.join(unlike['joins'])}, never in the"
        " audience, and learnt away from"
    )


def _people_of(seed: Mapping[str, Any]) -> str:
    """A dataset, some rows of one, or the people of an audience's version."""
    if "audience" in seed:
        return (
            f"{counted(seed['rows'], 'person', 'people')} of version {seed['version']}"
            f" of the audience '{plain_text(seed['audience'])}'"
        )
    return _some_rows(seed)


def _learns(learn_from: str, matched_minimum: int) -> str:
    own, matched = "the seed's own rows", "the seed people's rows in the population"
    if learn_from != "auto":
        return {"seed": own, "population": matched}[learn_from]
    return (
        f"{matched} if at least {number_text(matched_minimum)} of them are there, else"
        f" {own}"
    )


def _join(identifiers: Sequence[Mapping[str, Any]], *, resolves: bool) -> str:
    """Which identifiers join, and whether rows of one person have to be merged."""
    joins = [
        f"{each['identifier']} ('{plain_text(each['seed_column'])}' and"
        f" '{plain_text(each['population_column'])}')"
        for each in identifiers
        if each["use"] == "joins"
    ]
    rows = "rows of one person are merged" if resolves else "a row each"
    return f"{', '.join(joins)}; people of the population: {rows}"


def _found(plan: Mapping[str, Any]) -> dict[str, str]:
    """How much of the seed is in the population, where that was counted."""
    found = plan.get("found_rows")
    if found is None:
        return {}
    part = told_part(found, plan["seed"]["rows"])
    rows = counted(part.whole, "row", "rows")
    return {"found": f"{part.text} of {rows} of the seed in the population"}


def _found_caveats(plan: Mapping[str, Any]) -> list[str]:
    """What follows where nobody of the seed is found."""
    if plan.get("found_rows") != 0:
        return []
    follows = (
        "the build is refused"
        if plan["learn_from"] == "population"
        else "seed people cannot be told from the others and may be in the audience"
    )
    return [f"nobody of the seed is found in the population: {follows}"]


def _attributes(attributes: Sequence[Mapping[str, Any]]) -> str:
    told = ", ".join(f"{each['attribute']} ({each['role']})" for each in attributes)
    return f"{counted(len(attributes), 'attribute', 'attributes')}: {told}"


def _left_out(left_out: Sequence[Mapping[str, Any]]) -> str:
    if not left_out:
        return "no column that could be scored"
    names = ", ".join(plain_text(each["attribute"]) for each in left_out)
    return f"{counted(len(left_out), 'column', 'columns')}: {names}"


def _compares(fairness: Mapping[str, Any]) -> dict[str, str]:
    """Whose selection rates will be compared; nothing where nothing is protected."""
    names = [plain_text(each["column"]) for each in fairness["protected"]]
    if not names:
        return {}
    told = f"the groups of {', '.join(names)}, which are never scored"
    if fairness["mode"] == "regulated":
        told += "; regulated: a strong proxy of them stops the build"
    return {"compares": told}


def _proxy_caveats(plan: Mapping[str, Any]) -> list[str]:
    """What is scored and stands in for what is protected, the strongest first."""
    columns = {
        each["attribute"]: plain_text(each["column"])
        for each in (*plan["attributes"], *plan["fairness"]["protected"])
    }
    ordered = sorted(
        plan["fairness"]["proxies"],
        key=lambda each: (-each["effect"], each["attribute"], each["protected"]),
    )
    return [
        f"{columns[each['attribute']]} is a {each['strength']} proxy of the protected"
        f" {columns[each['protected']]} (w {each['effect']:.2f})"
        for each in ordered
        if each["strength"] != "weak"
    ]


def _limit(output: Mapping[str, Any]) -> str:
    kind = next(k for k in ("top", "min_score", "best_percent") if k in output)
    value, margin = output[kind], output.get("keep_margin")
    told = {
        "top": f"the {number_text(value)} most alike people",
        "min_score": f"everybody with a score of {value:g} or more",
        "best_percent": f"the most alike {value:g} percent",
    }[kind]
    if "quotas" in output:
        told += ", as far as the quotas let them in"
    if margin is None:
        return told
    return f"{told}; members stay, and newcomers wait, within {margin:g} % of the cut"


def _quotas(output: Mapping[str, Any]) -> dict[str, str]:
    """How it is shared out among groups, where it is."""
    quotas = output.get("quotas")
    if quotas is None:
        return {}
    rest = {
        "others": "places that a group cannot fill go to the others",
        "short": "places that a group cannot fill stay empty",
    }[quotas["unfilled"]]
    groups = plain_text(", ".join(quotas["texts"]))
    return {"quotas": f"by {plain_text(quotas['attribute'])}: {groups}; {rest}"}


def _tiers(output: Mapping[str, Any]) -> dict[str, str]:
    """The parts that the audience is divided into, where it is."""
    names = [f"'{plain_text(name)}'" for name in output.get("tiers", ())]
    if not names:
        return {}
    told = f"{number_text(len(names))} disjoint parts of it, best first: "
    return {"tiers": told + ", ".join(names)}


def _recommends(economics: Mapping[str, Any]) -> str:
    """How the size that the report will recommend is found."""
    value, cost = economics["conversion_value"], economics["contact_cost"]
    if value is None or cost is None:
        return (
            "the largest size whose last people surely hold at least"
            f" {economics['least_marginal_lift']:g} times as many seed-like people as a"
            " random draw"
        )
    prevalence = economics["prevalence"]
    return (
        "the largest size whose last people surely pay: from a lift of"
        f" {cost / (value * prevalence):.3g} on (a contact costs {cost:g}, a conversion"
        f" brings {value:g}, {share_text(prevalence)} of the people"
        " are of the seed's kind and convert when contacted)"
    )


def _refresh(refresh: Mapping[str, Any]) -> str:
    parts = []
    if refresh["schedule"]:
        parts.append(f"by the schedule {refresh['schedule']} (UTC)")
    if refresh["on_change"]:
        parts.append("when the seed or the population changes")
    if refresh["max_age_hours"]:
        parts.append(f"when it is {refresh['max_age_hours']:g} hours old")
    return ", ".join(parts) or "when somebody asks for it"
