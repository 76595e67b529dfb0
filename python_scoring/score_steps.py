"""Everybody's log odds in small steps: enough for every figure over all, one small table.

A step is 1/1,024 of a natural-log unit, so it holds nearly equal people; their own log
odds matter only at the cut.
"""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from python_scoring.calibration import Calibration

STEPS_A_UNIT = 1024
SCORE_BINS = 20
NO_GROUP = -1
COUNTED_AT_ONCE = 1 << 19  # people: a few MB, and most steps are met many times
_FARTHEST = float(1 << 53)  # further steps are no whole numbers of a double any more

SCORE_STEPS = pa.schema(
    [
        ("step", pa.int64()),
        ("score_bin", pa.int32()),
        ("quota_group", pa.int16()),
        ("people_count", pa.int64()),
        ("over_value_count", pa.int64()),
        ("least_log_odds", pa.float64()),
        ("greatest_log_odds", pa.float64()),
    ]
)
_KEYS = ("step", "score_bin", "quota_group")
_MERGED = [
    ("people_count", "sum"),
    ("over_value_count", "sum"),
    ("least_log_odds", "min"),
    ("greatest_log_odds", "max"),
]


def steps_of(log_odds: np.ndarray) -> np.ndarray:
    """The step of each log odds: times 1,024, rounded down, as SQL's `score_step` does.

    >>> steps_of(np.array([0.5, -0.0001]))
    array([512,  -1])
    """
    steps = np.floor(log_odds * STEPS_A_UNIT)
    return np.clip(steps, -_FARTHEST, _FARTHEST).astype(np.int64)


def score_bins_of(scores: np.ndarray) -> np.ndarray:
    """The twentieth of the range that each score lies in, as SQL's `score_bin` does.

    >>> score_bins_of(np.array([0.0, 0.5, 1.0]))
    array([ 0, 10, 19], dtype=int32)
    """
    bins = np.floor(scores * SCORE_BINS)
    return np.clip(bins, 0, SCORE_BINS - 1).astype(np.int32)


@dataclass(eq=False)
class ScoreSteps:
    """Counts people by step, twentieth of the score and group with a quota.

    `value` is the score at or above which people are counted as over it.
    """

    calibration: Calibration
    value: float
    _waiting: dict[int, list[np.ndarray]] = field(default_factory=dict)
    _waiting_people: int = 0
    _counted: pa.Table = field(default_factory=SCORE_STEPS.empty_table)

    def add(self, log_odds: np.ndarray, groups: np.ndarray | None = None) -> None:
        """Count these people; `groups` are their places among those with quotas.

        Both have one entry a person, log odds all known and finite.
        """
        if groups is None:
            self._waiting.setdefault(NO_GROUP, []).append(log_odds)
        else:
            for group in np.unique(groups):
                own = log_odds[groups == group]
                self._waiting.setdefault(int(group), []).append(own)
        self._waiting_people += len(log_odds)
        if self._waiting_people >= COUNTED_AT_ONCE:
            self._count()

    def table(self) -> pa.Table:
        """What was counted, the best step first, in `SCORE_STEPS`."""
        self._count()
        order = [(name, "descending") for name in _KEYS]
        return self._counted.sort_by(order)

    def _count(self) -> None:
        parts = [
            self._steps_of(np.sort(np.concatenate(own)), group)
            for group, own in self._waiting.items()
            if any(map(len, own))
        ]
        self._waiting, self._waiting_people = {}, 0
        whole = pa.concat_tables([self._counted, *parts])
        merged = whole.group_by(_KEYS, use_threads=False).aggregate(_MERGED)
        names = [*_KEYS, *(f"{name}_{how}" for name, how in _MERGED)]
        self._counted = merged.select(names).rename_columns(SCORE_STEPS.names)

    def _steps_of(self, log_odds: np.ndarray, group: int) -> pa.Table:
        """The counts of people whose log odds never fall, in `SCORE_STEPS`."""
        starts = self._starts(log_odds)
        counts = np.diff(starts, append=len(log_odds))
        bins, is_over = self._places(log_odds[starts])
        columns = [
            steps_of(log_odds[starts]),
            bins,
            np.full(len(starts), group, np.int16),
            counts,
            np.where(is_over, counts, 0),
            log_odds[starts],
            log_odds[starts + counts - 1],
        ]
        return pa.table(columns, schema=SCORE_STEPS)

    def _starts(self, log_odds: np.ndarray) -> np.ndarray:
        """Where a step begins, or a place of the score within one.

        Scores never fall as log odds rise: only a step whose two ends lie in different
        places is looked at person by person.
        """
        steps = steps_of(log_odds)
        starts = np.flatnonzero(np.diff(steps, prepend=steps[0] - 1))
        ends = np.append(starts[1:], len(steps)) - 1
        lower, upper = (self._places(log_odds[at]) for at in (starts, ends))
        is_split = (lower[0] != upper[0]) | (lower[1] != upper[1])
        inside = np.flatnonzero(np.repeat(is_split, ends - starts + 1))
        bins, is_over = self._places(log_odds[inside])
        is_new = (np.diff(bins) != 0) | np.diff(is_over)
        return np.union1d(starts, inside[1:][is_new])

    def _places(self, log_odds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The twentieth of the score's range, and whether it is over the value."""
        scores = self.calibration.score(log_odds)
        return score_bins_of(scores), scores >= self.value
