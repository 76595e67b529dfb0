"""The audience in plain words: conjunctions of values that it has more often than others.

Found by the search of the scorer `segments`, with the audience in the seed's place. What
is told is counted on everybody of the audience; the population's share is the sample's.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from python_scoring.segment_search import common_codes, find_segments, meets
from python_scoring.told_cells import FEWEST_PEOPLE
from python_scoring.value_groups import (
    Label,
    NumberBands,
    grouped,
    number_bands,
    numbers_of,
)

BANDS = 5
MOST_LABELS = 250  # codes are bytes, and a rarer value is nobody's portrait
MOST_SEARCHED = 20_000
MOST_SEGMENTS = 6
LEAST_SHARE = 0.1
LEAST_LIFT = 1.2
LEAST_GAIN = math.log(1.1)
STANDARD_ERRORS = 3.0


@dataclass(frozen=True, slots=True)
class CodedAttribute:
    """An attribute's common values, or bands, as codes from 1; 0 is any other value."""

    attribute: str
    bands: NumberBands | None
    labels: tuple[Label, ...]

    def codes(self, column: pa.Array) -> np.ndarray:
        """Each row's code, a byte."""
        code_of = {label: code for code, label in enumerate(self.labels, start=1)}
        places, labels = grouped(column, self.bands)
        return np.array([code_of.get(label, 0) for label in labels], np.uint8)[places]


@dataclass(frozen=True, slots=True)
class Segment:
    """People who meet all `conditions` (attribute and label); shares are of all people.

    `lift` is the audience's share over the population's.
    """

    conditions: tuple[tuple[str, Label], ...]
    people: int
    audience_share: float
    population_share: float

    @property
    def lift(self) -> float:
        """How many times as common they are in the audience."""
        return self.audience_share / self.population_share


def coded_attributes(
    sample: pa.Table, roles: Mapping[str, str]
) -> tuple[CodedAttribute, ...]:
    """The attributes as the sample has them: common values, or fifths of the numbers."""
    found = []
    for name, role in roles.items():
        bands = (
            number_bands(numbers_of(sample[name]), BANDS)
            if role == "continuous"
            else None
        )
        places, labels = grouped(sample[name].combine_chunks(), bands)
        counts = np.bincount(places, minlength=len(labels))
        common = sorted(
            range(len(labels)), key=lambda place: (-counts[place], labels[place] or "")
        )[:MOST_LABELS]
        kept = tuple(labels[place] for place in sorted(common) if counts[place])
        found.append(CodedAttribute(name, bands, kept))
    return tuple(found)


def codes_of(
    people: pa.Table | pa.RecordBatch, attributes: tuple[CodedAttribute, ...]
) -> np.ndarray:
    """People x attributes: the code of each value."""
    found = np.zeros((people.num_rows, len(attributes)), np.uint8)
    for place, each in enumerate(attributes):
        column = people.column(each.attribute)
        whole = (
            column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        )
        found[:, place] = each.codes(whole)
    return found


def segments_of(
    audience: np.ndarray, sample: np.ndarray, attributes: tuple[CodedAttribute, ...]
) -> tuple[Segment, ...]:
    """At most six segments of a tenth of the audience or more, the highest lift first.

    Each has 25 people at least on either side, and is at least 1.2 times as common in
    the audience. A condition that does not surely raise the lift is left out.
    """
    if min(len(audience), len(sample)) < FEWEST_PEOPLE:
        return ()
    searched, reference = thinned(audience), thinned(sample)
    least = max(FEWEST_PEOPLE, math.ceil(LEAST_SHARE * len(searched)))
    conditions = common_codes(searched, least)
    if not conditions:
        return ()
    found, _ = find_segments(
        meets(searched, conditions),
        meets(reference, conditions),
        [place for place, _ in conditions],
        smoothing=1.0,
        least_count=least,
        least_reference_count=FEWEST_PEOPLE,
        most_segments=MOST_SEGMENTS,
    )
    told: dict[tuple[tuple[int, int], ...], Segment] = {}
    for each in found:
        wanted = tuple(conditions[place] for place in each.conditions)
        simple = _simplified(wanted, audience, sample)
        segment = _counted(simple, audience, sample, attributes)
        if segment is not None and segment.lift >= LEAST_LIFT:
            told.setdefault(simple, segment)
    return tuple(
        sorted(told.values(), key=lambda one: (-one.lift, one.conditions[0][0]))
    )


def together(
    segments: tuple[Segment, ...],
    audience: np.ndarray,
    attributes: tuple[CodedAttribute, ...],
) -> float:
    """The share of the audience that is in one segment or more."""
    is_in = np.zeros(len(audience), bool)
    places = {each.attribute: place for place, each in enumerate(attributes)}
    for segment in segments:
        wanted = tuple(
            (places[name], attributes[places[name]].labels.index(label) + 1)
            for name, label in segment.conditions
        )
        is_in |= _who(wanted, audience)
    return float(is_in.mean()) if len(audience) else 0.0


def thinned(codes: np.ndarray) -> np.ndarray:
    """At most 20,000 rows, evenly spread over them in the order of what they are."""
    if len(codes) <= MOST_SEARCHED:
        return codes
    order = np.lexsort(codes.T)
    return codes[order[np.arange(MOST_SEARCHED) * len(codes) // MOST_SEARCHED]]


def _simplified(
    conditions: tuple[tuple[int, int], ...], audience: np.ndarray, sample: np.ndarray
) -> tuple[tuple[int, int], ...]:
    """Without conditions that do not surely raise the lift, one after another."""
    kept = conditions
    for each in conditions:
        shorter = tuple(one for one in kept if one != each)
        if shorter and not _raises(kept, shorter, audience, sample):
            kept = shorter
    return kept


def _raises(
    longer: tuple[tuple[int, int], ...],
    shorter: tuple[tuple[int, int], ...],
    audience: np.ndarray,
    sample: np.ndarray,
) -> bool:
    """True where the longer one's lift is a tenth higher, and surely higher.

    The log of the ratio of lifts against three of its standard errors: the longer one was
    chosen among many, and its people are among the shorter one's.
    """
    gain, variance = 0.0, 0.0
    for side, sign in ((audience, 1.0), (sample, -1.0)):
        part, whole = (int(_who(each, side).sum()) for each in (longer, shorter))
        if not part:
            return False
        gain += sign * math.log(part / whole)
        variance += 1 / part - 1 / whole
    return gain >= max(LEAST_GAIN, STANDARD_ERRORS * math.sqrt(variance))


def _counted(
    conditions: tuple[tuple[int, int], ...],
    audience: np.ndarray,
    sample: np.ndarray,
    attributes: tuple[CodedAttribute, ...],
) -> Segment | None:
    people = int(_who(conditions, audience).sum())
    of_sample = int(_who(conditions, sample).sum())
    if min(people, of_sample) < FEWEST_PEOPLE:
        return None
    return Segment(
        conditions=tuple(
            (attributes[place].attribute, attributes[place].labels[code - 1])
            for place, code in conditions
        ),
        people=people,
        audience_share=people / len(audience),
        population_share=of_sample / len(sample),
    )


def _who(conditions: tuple[tuple[int, int], ...], codes: np.ndarray) -> np.ndarray:
    is_in = np.ones(len(codes), bool)
    for place, code in conditions:
        is_in &= codes[:, place] == code
    return is_in
