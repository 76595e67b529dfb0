"""A refresh: what one version of an audience has that another has not (B33).

People are compared by their key, in Arrow's buffers; attributes and the score by the
distributions that each version kept.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.records import AudienceVersion
from catalog.store import Catalog
from orchestration.distributions import Distribution, load
from orchestration.version_files import is_whole
from python_scoring.drift import Bands, Values, bands_drift, values_drift, verdict

SCORE = "score"
MEMBERS = "members.parquet"


@dataclass(frozen=True, slots=True)
class Drift:
    """How far one distribution moved: its PSI, and what that says."""

    attribute: str
    psi: float
    verdict: str


@dataclass(frozen=True, slots=True)
class Refresh:
    """One version beside an earlier one. People are counted, seed people too.

    `not_compared` names the attributes that only one of the two has.
    """

    from_version: int
    entered: int
    left: int
    kept: int
    score_drift: Drift | None
    attributes: tuple[Drift, ...]
    not_compared: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The section `refresh` of figures.json."""
        return asdict(self)


def version_before(
    catalog: Catalog, audience_id: str, number: int
) -> AudienceVersion | None:
    """The version that another one takes the place of: the served one, if it is older.

    Else the newest that is older. One whose files are not whole is passed over.
    """
    served = catalog.served_version(audience_id)
    candidates = [*([served] if served else []), *catalog.versions(audience_id)]
    return next(
        (each for each in candidates if each.number < number and is_whole(each)),
        None,
    )


def compare(old: Path, new: Path, from_version: int) -> Refresh:
    """What the version in the folder `new` has that the one in `old` has not."""
    before, after = person_keys(old), person_keys(new)
    kept = pc.sum(pc.is_in(after, value_set=before)).as_py() or 0
    old_shares, new_shares = load(old), load(new)
    drifts = {
        name: drift(name, old_shares[name], new_shares[name])
        for name in new_shares
        if comparable(old_shares.get(name), new_shares[name])
    }
    score = drifts.pop(SCORE, None)
    named = (old_shares.keys() | new_shares.keys()) - {SCORE}
    return Refresh(
        from_version=from_version,
        entered=len(after) - kept,
        left=len(before) - kept,
        kept=kept,
        score_drift=score,
        attributes=tuple(
            sorted(drifts.values(), key=lambda each: (-each.psi, each.attribute))
        ),
        not_compared=tuple(sorted(named - drifts.keys())),
    )


def person_keys(folder: Path) -> pa.ChunkedArray:
    """The key of each person of a version."""
    table = pq.read_table(
        folder / MEMBERS, columns=["person_key"], page_checksum_verification=True
    )
    return table.column("person_key")


def comparable(old: Distribution | None, new: Distribution) -> bool:
    """True where both are of one kind: an attribute may have changed its role."""
    return type(old) is type(new)


def drift(name: str, old: Distribution, new: Distribution) -> Drift:
    """How far a distribution moved."""
    if isinstance(old, Values) and isinstance(new, Values):
        psi = values_drift(old, new)
    elif isinstance(old, Bands) and isinstance(new, Bands):
        psi = bands_drift(old, new)
    else:
        raise TypeError("distributions of two kinds cannot be compared")
    return Drift(name, psi, verdict(psi))


def figures_of_refresh(refresh: Refresh | None) -> Mapping[str, int | float]:
    """The figures to follow over time."""
    if refresh is None:
        return {}
    figures: dict[str, int | float] = {
        "entered_people": refresh.entered,
        "left_people": refresh.left,
        "kept_people": refresh.kept,
    }
    if refresh.score_drift is not None:
        figures["score_drift"] = refresh.score_drift.psi
    return figures
