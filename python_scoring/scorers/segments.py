"""Segments in plain words: conjunctions of values with the highest lift over the seed.

A person is in the first segment, in the order found, all of whose conditions they meet.
log_odds is the segment's log ratio of its share in the seed to that in the sample; for
those in none, that of everybody left.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from scipy.special import ndtr

from python_scoring import space
from python_scoring.composite import rounded_log_odds
from python_scoring.look_ups import BinLookUp, LookUp, ValueLookUp, counted
from python_scoring.parameters import (
    DroppedParameters,
    refusal,
    require_finite,
    significant,
)
from python_scoring.scorers.in_space import InSpace, stored_parameters
from python_scoring.segment_search import common_codes, find_segments, meets
from python_scoring.similarity import Points
from python_scoring.stored_attributes import require_named_once

NAME = "segments"
RELATIONS = space.RELATIONS
WHOLE_SEED = -1
MOST_PEOPLE = 10_000  # of either side
BANDS = 5
LEAST_COUNT = 10
LEAST_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class SegmentsParameters:
    """Segments in the order in which people are looked for in them.

    Each of `segments` is a JSON object: the code of each attribute that it asks for. The
    look-ups hold the codes: a value's or band's number from 1, 0 for unknown values.
    """

    left_out_fold: int
    segments: tuple[str, ...]
    log_ratios: tuple[float, ...]
    rest: float
    attributes: tuple[LookUp | DroppedParameters, ...]

    def __post_init__(self) -> None:
        """Refuse segments without a log ratio, and numbers that are none."""
        require_named_once([each.attribute for each in self.attributes])
        require_finite(NAME, "log_ratios", (*self.log_ratios, self.rest))
        if len(self.log_ratios) != len(self.segments):
            raise refusal("log_ratios", "has not one number a segment")
        names = {each.attribute for each in counted(self.attributes)}
        for segment in map(read_segment, self.segments):
            if not segment or not segment.keys() <= names:
                raise refusal("segments", "asks for an attribute that does not count")


@dataclass(frozen=True)
class Segments(InSpace):
    """A fitted `segments`. Log ratios are smoothed: `capped` changes nothing."""

    parameters: SegmentsParameters
    NAME = NAME

    def log_odds(self, batch: pa.RecordBatch) -> np.ndarray:
        """Log odds of each row, rounded to 1e-9 and finite."""
        log_ratios = np.array([*self.parameters.log_ratios, self.parameters.rest])
        return rounded_log_odds([log_ratios[self.places(batch)]], batch.num_rows)

    def contributions(self, batch: pa.RecordBatch) -> np.ndarray:
        """Rows x `attributes`: the log odds, shared equally by the segment's conditions.

        Who is in no segment has them shared by all attributes that count.
        """
        shares = np.zeros((len(self._segments) + 1, len(self.attributes)))
        for segment, row in zip([*self._segments, self.columns], shares, strict=True):
            row[[self.attributes.index(name) for name in segment]] = 1 / len(segment)
        return self.log_odds(batch)[:, None] * shares[self.places(batch)]

    def places(self, batch: pa.RecordBatch) -> np.ndarray:
        """Each row's segment, by its place; the number of segments for the rest."""
        codes = self._points.of(batch)
        places = np.full(batch.num_rows, len(self._segments))
        for place, segment in reversed([*enumerate(self._segments)]):
            is_in = np.ones(batch.num_rows, bool)
            for name, code in segment.items():
                is_in &= codes[:, self.columns.index(name)] == code
            places[is_in] = place
        return places

    def words(self) -> list[str]:
        """Each segment in plain words, the order in which they were found."""
        look_ups = {
            each.attribute: each for each in counted(self.parameters.attributes)
        }
        return [
            " and ".join(words_of(look_ups[name], code) for name, code in each.items())
            for each in self._segments
        ]

    @cached_property
    def _segments(self) -> list[dict[str, int]]:
        return [read_segment(text) for text in self.parameters.segments]


def fit(tables: Mapping[str, pa.Table], left_out_fold: int = WHOLE_SEED) -> Segments:
    """The scorer learnt from `RELATIONS`, for the whole seed or without a fold.

    Raises NoDifferenceError where no attribute tells anybody apart.
    """
    found = space.space_of(
        tables, left_out_fold, most_seed=MOST_PEOPLE, most_reference=MOST_PEOPLE
    )
    attributes = tuple(
        each if isinstance(each, DroppedParameters) else coded(each)
        for each in found.attributes
    )
    codes = Points(counted(attributes))
    seed, reference = codes.of(found.rows.seed), codes.of(found.rows.reference)
    least_count = max(LEAST_COUNT, int(LEAST_SHARE * len(seed)))
    conditions = common_codes(seed, least_count)
    segments, rest = find_segments(
        meets(seed, conditions),
        meets(reference, conditions),
        attribute_of=[place for place, _ in conditions],
        smoothing=found.smoothing,
        least_count=least_count,
    )
    return Segments(
        SegmentsParameters(
            left_out_fold=left_out_fold,
            segments=tuple(
                json.dumps(
                    {
                        codes.columns[conditions[each][0]]: conditions[each][1]
                        for each in segment.conditions
                    }
                )
                for segment in segments
            ),
            log_ratios=tuple(significant(segment.log_ratio) for segment in segments),
            rest=significant(rest),
            attributes=attributes,
        )
    )


def from_json(text: str, capped: bool = False) -> Segments:
    """The scorer that `to_json` wrote; ValueError where the text is damaged."""
    return Segments(stored_parameters(text, NAME, SegmentsParameters))


def coded(look_up: LookUp) -> LookUp:
    """The look-up with codes: values, or fifths of the reference, from 1; then missing."""
    numbers = np.array(look_up.numbers)
    if isinstance(look_up, ValueLookUp):
        codes = np.arange(1.0, len(numbers) + 1)
    else:
        codes = np.minimum(np.floor(ndtr(numbers) * BANDS), BANDS - 1) + 1
    return look_up.with_numbers(np.append(codes, codes.max(initial=0) + 1))


def words_of(look_up: LookUp, code: int) -> str:
    """A condition as a reader would say it."""
    name = look_up.attribute
    if code == look_up.missing_number:
        return f"{name} is missing"
    if isinstance(look_up, ValueLookUp):
        return f"{name} is {look_up.values[look_up.numbers.index(code)] or 'empty'}"
    least, greatest = ends_of(look_up, code)
    if least == greatest:
        return f"{name} is {least:.6g}"
    return f"{name} is {least:.6g} to {greatest:.6g}"


def ends_of(look_up: BinLookUp, code: int) -> tuple[float, float]:
    """The least and the greatest value of a band."""
    inside = [place for place, number in enumerate(look_up.numbers) if number == code]
    return look_up.least_values[inside[0]], look_up.greatest_values[inside[-1]]


def read_segment(text: str) -> dict[str, int]:
    """The codes by attribute that a segment asks for."""
    try:
        segment = json.loads(text)
    except json.JSONDecodeError as error:
        raise refusal("segments", "holds a text that is not JSON") from error
    if not isinstance(segment, dict) or not all(
        isinstance(code, int) for code in segment.values()
    ):
        raise refusal("segments", "holds a text that is no object of whole numbers")
    return segment
