"""Reading the reach curve: what an audience of a given size reaches of the held-out seed.

Rows are those of report_curve: `people_count` taken from the top of the ranking,
`audience_share` of everybody ranked, `recall` of the out-of-fold seed. Its `lift` is
recall / audience_share and is never below 1 for long, so "no better than random" is
read from the slope instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from report.rows import Row


@dataclass(frozen=True, slots=True)
class Reach:
    """A point of the curve; `lift` is recall over audience_share."""

    people_count: int
    audience_share: float
    recall: float

    @property
    def lift(self) -> float | None:
        """How many times as many seed people as among as many drawn at random."""
        return self.recall / self.audience_share if self.audience_share else None


def curve_points(curve: Sequence[Row]) -> list[Reach]:
    """The curve's points in order of size, from nobody on; points with a null left out."""
    points = {0: Reach(0, 0.0, 0.0)}
    for row in curve:
        values = (row["people_count"], row["audience_share"], row["recall"])
        if None not in values:
            points[int(values[0])] = Reach(int(values[0]), *map(float, values[1:]))
    return [points[people_count] for people_count in sorted(points)]


def reach_at(curve: Sequence[Row], people_count: int) -> Reach | None:
    """What the first `people_count` people reach: linear between the curve's points.

    Beyond the last point, the last point; None where the curve has no points.

    >>> curve = [{"people_count": 100, "audience_share": 0.1, "recall": 0.5}]
    >>> reach_at(curve, 50)
    Reach(people_count=50, audience_share=0.05, recall=0.25)
    """
    points = curve_points(curve)
    if len(points) == 1:
        return None
    if people_count >= points[-1].people_count:
        return points[-1]
    above = next(point for point in points if point.people_count > people_count)
    below = points[points.index(above) - 1]
    part = (people_count - below.people_count) / (
        above.people_count - below.people_count
    )
    return Reach(
        people_count,
        below.audience_share + part * (above.audience_share - below.audience_share),
        below.recall + part * (above.recall - below.recall),
    )


def last_better_than_random(curve: Sequence[Row]) -> Reach | None:
    """The size beyond which further people hold no more seed than people drawn at random.

    That is where the curve's slope (the marginal lift) falls below 1: where recall is
    furthest above the audience's share. Nobody (size 0) where no size is better than
    random; None where the curve has no points.
    """
    points = curve_points(curve)
    if len(points) == 1:
        return None
    return max(points, key=lambda point: round(point.recall - point.audience_share, 9))
