"""A refresh in words."""

from report.refresh_words import refresh_sentences


def drift(attribute, psi, verdict):
    return {"attribute": attribute, "psi": psi, "verdict": verdict}


def refresh(**changes):
    return {
        "from_version": 3,
        "entered": 1,
        "left": 1_200,
        "kept": 0,
        "score_drift": drift("score", 0.0123, "stable"),
        "attributes": [],
        "not_compared": [],
        **changes,
    }


def test_without_an_earlier_version_nothing_is_said():
    assert refresh_sentences(None) == ()


def test_people_and_score_are_told():
    assert refresh_sentences(refresh()) == (
        "Since version 3, 1 person entered, 1,200 left and 0 stayed.",
        "The scores' distribution is stable (PSI 0.012).",
    )


def test_what_moved_is_named_with_its_psi():
    drifts = [
        drift("age", 0.31, "changed"),
        drift("job", 0.12, "moved"),
        drift("day", 0.01, "stable"),
    ]

    told = refresh_sentences(refresh(attributes=drifts))[-1]

    assert told == (
        "2 of 3 attributes moved: age (changed, PSI 0.31), job (moved, PSI 0.12)."
    )


def test_where_nothing_moved_that_is_said():
    told = refresh_sentences(refresh(attributes=[drift("day", 0.01, "stable")]))[-1]

    assert told == "1 attribute is distributed as before."


def test_of_many_names_the_first_five_stand_there():
    names = [f"a{n}" for n in range(7)]

    told = refresh_sentences(refresh(not_compared=names))[-1]

    assert told.endswith("scored a0, a1, a2, a3, a4 and 2 more.")
