"""Proxies of what is protected: measured on the sample, and refused where they are strong.

The plan measures them on the population's sample, where one is kept. The scoring step
measures them where none is, since rows are merged to people, and the score itself.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from catalog.errors import StudioError
from engines.base import Engine, InputAttribute, KeyColumn, Source
from orchestration.builds import Build
from python_scoring.proxies import Proxy, proxies_of, score_proxies, strong

SCORE = "the score"


def proxies_of_sample(
    engine: Engine,
    population: Source,
    key: KeyColumn,
    attributes: Sequence[InputAttribute],
    protected: Sequence[InputAttribute],
) -> tuple[Proxy, ...]:
    """The proxies among the attributes, on the kept sample; none where none is kept."""
    if not protected:
        return ()
    columns = {each.slug: each.column for each in (*attributes, *protected)}
    rows = engine.read_sample(
        population, key.name, list(dict.fromkeys(columns.values())), key.form
    )
    if not rows.num_rows:
        return ()
    people = pa.table({slug: rows[column] for slug, column in columns.items()})
    return proxies_of(people, _roles(attributes), _roles(protected))


def proxies_of_build(
    build: Build, sample: pa.Table, log_odds: np.ndarray
) -> tuple[Proxy, ...]:
    """The proxies among what a build scores, and its score; none without protection.

    `sample` is canonical_sample and `log_odds` its people's.
    """
    protected = build.protected_roles
    if not protected:
        return ()
    return (
        *(build.proxies or proxies_of(sample, build.roles, protected)),
        *score_proxies(sample, log_odds, protected, SCORE),
    )


def refuse_strong_proxies(proxies: Sequence[Proxy], mode: str) -> None:
    """Stop in the regulated mode where a strong proxy would be scored.

    Raises StudioError `strong_proxy`, naming the strongest and what to do.
    """
    found = strong(proxies)
    if mode != "regulated" or not found:
        return
    attributes = [each for each in found if each.attribute != SCORE]
    worst = (attributes or found)[0]
    of_protected = [each for each in proxies if each.protected == worst.protected]
    first = max(
        (each for each in of_protected if each.attribute != SCORE),
        key=lambda each: each.effect,
        default=worst,
    )
    raise StudioError(
        "strong_proxy",
        f"attribute '{worst.attribute}'" if attributes else "the score as a whole",
        f"is a strong proxy of the protected '{worst.protected}'"
        f" (w {worst.effect:.2f}), and the mode is regulated",
        f"add {first.attribute} to exclude, or drop it from attributes"
        + ("" if attributes else ": of what is scored it is the strongest proxy"),
    )


def _roles(attributes: Sequence[InputAttribute]) -> Mapping[str, str]:
    return {each.slug: each.role for each in attributes}
