"""The relations that a build by some of the attributes would make, out of those of all.

What is counted of an attribute, its terms and its divergence do not depend on the others:
their rows are taken as they are. Weights are made anew, as the models make them.
"""

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from python_scoring.attribute_weights import AttributeWeights
from python_scoring.parameters import significant
from python_scoring.scorers.base import reweighed


def of_attributes(
    model: str,
    tables: Mapping[str, pa.Table],
    weights: AttributeWeights,
    attributes: Sequence[str],
) -> dict[str, pa.Table]:
    """The relations for these attributes alone, in this order, for the scorer `model`.

    `tables` are those of all attributes, `weights` what they weigh among each other.
    """
    chosen = {name: _rows_of(table, attributes) for name, table in tables.items()}
    chosen["weight_attributes"] = _weighed(
        chosen["weight_attributes"], weights, attributes
    )
    return reweighed(model, chosen)


def _rows_of(table: pa.Table, attributes: Sequence[str]) -> pa.Table:
    """The rows, or the people's columns, of these attributes; `position` counts anew, from 0."""
    if "attribute" not in table.column_names:
        return table
    wanted = pa.array(attributes, pa.string())
    kept = table.filter(pc.is_in(table["attribute"], value_set=wanted))
    if "position" not in kept.column_names:
        return kept
    place = kept.column_names.index("position")
    positions = pc.index_in(kept["attribute"], value_set=wanted)
    return kept.set_column(place, "position", positions)


def _weighed(
    table: pa.Table, weights: AttributeWeights, attributes: Sequence[str]
) -> pa.Table:
    """`weight_attributes` with weight and decorrelation as these attributes have them."""
    by_fit = weights.of(attributes)
    decorrelation = weights.decorrelation(attributes)
    fits = table["left_out_fold"].to_numpy() % len(by_fit)
    places = table["position"].to_numpy()
    for name, values in (
        ("attribute_weight", by_fit[fits, places]),
        ("decorrelation", decorrelation[places]),
    ):
        rounded = pa.array([significant(float(each)) for each in values])
        table = table.set_column(table.column_names.index(name), name, rounded)
    return table
