from report.plan_words import plan_caveats, plan_summary

PLAN = {
    "audience": "Buyers",
    "seed": {"dataset": "buyers", "rows": 10},
    "population": {"dataset": "people", "rows": 100},
    "identifiers": [],
    "resolves_people": False,
    "learn_from": "seed",
    "matched_minimum": 500,
    "attributes": [],
    "fairness": {"mode": "standard", "protected": [], "proxies": []},
    "left_out": [],
    "output": {"top": 5, "include_seed": False},
    "refresh": {"schedule": None, "on_change": False, "max_age_hours": None},
}
ECONOMICS = {
    "prevalence": None,
    "conversion_value": None,
    "contact_cost": None,
    "least_marginal_lift": 2.0,
}


def test_a_plan_says_what_follows_where_nobody_of_the_seed_is_found():
    plan = PLAN | {"notes": [], "found_rows": 0}

    assert plan_caveats(plan)[0].endswith("may be in the audience")
    assert plan_caveats(plan | {"learn_from": "population"})[0].endswith(
        "the build is refused"
    )
    assert plan_caveats(plan | {"found_rows": 1}) == ()


def test_a_plan_says_how_a_size_is_recommended():
    told = plan_summary(PLAN | {"economics": ECONOMICS})["recommends"]

    assert told == (
        "the largest size whose last people surely hold at least 2 times as many"
        " seed-like people as a random draw"
    )


def test_with_economics_it_says_from_where_on_a_contact_pays():
    given = {"prevalence": 0.02, "conversion_value": 50.0, "contact_cost": 0.4}

    told = plan_summary(PLAN | {"economics": ECONOMICS | given})["recommends"]

    assert told == (
        "the largest size whose last people surely pay: from a lift of 0.4 on (a contact"
        " costs 0.4, a conversion brings 50, 2.0 % of the people are of"
        " the seed's kind and convert when contacted)"
    )
