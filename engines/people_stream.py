"""The people of a work database in batches: from the kept codes where there are any.

An attribute in codes is a dictionary array: the list of its values, cleaned by staging,
and each person's place in it. The others are read from the work database.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from engines import work_tables
from engines.base import BATCH_ROWS
from engines.codes import CodedColumn
from engines.limits import Settings
from engines.marks import IS_KEPT
from engines.population_index import PopulationIndex, kept_index

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

MEMBERS = "main.canonical_members"
ATTRIBUTES = "inputs.attributes"
VALUES = "main.stg_population_values"


def stream(
    settings: Settings, build_folder: Path, relation: str, columns: Sequence[str]
) -> Generator["pa.RecordBatch"]:
    """`row_id` and the columns of the relation's people, in no particular order."""
    index = kept_index(build_folder)
    coded = {slug: index.columns[slug] for slug in columns if slug in index.columns}
    if not coded:
        names = ("row_id", *columns)
        return work_tables.stream(settings, build_folder, relation, names, BATCH_ROWS)
    values = _values(settings, build_folder, coded)
    if relation == MEMBERS and len({*columns} - {*coded, *index.marks}) == 0:
        return _of_codes(columns, coded, values, index)
    others = [slug for slug in columns if slug not in coded]
    rows = work_tables.stream(
        settings, build_folder, relation, ("row_id", *others), BATCH_ROWS
    )
    return _joined(rows, columns, index, values)


def _values(
    settings: Settings, build_folder: Path, coded: Mapping[str, CodedColumn]
) -> dict[str, "pa.Array"]:
    """The values of each attribute in the order of their codes: texts or numbers."""
    import pyarrow.compute as pc

    tables = work_tables.read_all(settings, build_folder, [ATTRIBUTES, VALUES])
    roles = {each["attribute"]: each["role"] for each in tables[ATTRIBUTES].to_pylist()}
    listed = tables[VALUES]
    found = {}
    for slug in coded:
        own = listed.filter(pc.equal(listed["attribute"], slug)).sort_by("code")
        # What is protected is no attribute of the fit: it holds what stands in its list.
        has_numbers = own["number_value"].null_count < own.num_rows
        is_continuous = roles[slug] == "continuous" if slug in roles else has_numbers
        name = "number_value" if is_continuous else "text_value"
        found[slug] = own[name].combine_chunks()
    return found


def _of_codes(
    columns: Sequence[str],
    coded: Mapping[str, CodedColumn],
    values: Mapping[str, "pa.Array"],
    index: PopulationIndex,
) -> Generator["pa.RecordBatch"]:
    """Everybody whom the filter keeps, block by block; nothing but the codes is read."""
    import pyarrow as pa

    is_kept = index.marks.get(IS_KEPT)
    start = 0
    blocks = zip(*(coded[slug].blocks() for slug in coded), strict=True)
    for codes, row_ids in zip(blocks, _row_ids(index.file_rows), strict=True):
        block = slice(start, start + len(row_ids))
        start = block.stop
        kept = slice(None) if is_kept is None else is_kept[block]
        of_codes = dict(zip(coded, codes, strict=True))
        arrays = [
            pa.DictionaryArray.from_arrays(pa.array(of_codes[name][kept]), values[name])
            if name in of_codes
            else pa.array(index.marks[name][block][kept])
            for name in columns
        ]
        yield pa.RecordBatch.from_arrays(
            [pa.array(row_ids[kept]), *arrays], names=["row_id", *columns]
        )


def _row_ids(file_rows: Sequence[int]) -> Iterator["np.ndarray"]:
    """Row ids of everybody in the order of files and rows, BATCH_ROWS at a time."""
    import numpy as np

    bounds = np.array([*accumulate(file_rows, initial=0)])
    for start in range(0, int(bounds[-1]), BATCH_ROWS):
        places = np.arange(start, min(start + BATCH_ROWS, int(bounds[-1])))
        files = np.searchsorted(bounds, places, side="right") - 1
        yield (files << 40) | (places - bounds[files])


def _joined(
    rows: Generator["pa.RecordBatch"],
    columns: Sequence[str],
    index: PopulationIndex,
    values: Mapping[str, "pa.Array"],
) -> Generator["pa.RecordBatch"]:
    """People as their other columns come, with the codes of the same rows."""
    import pyarrow as pa

    with closing(rows):
        for batch in rows:
            places = index.places_of(batch.column("row_id").to_numpy())
            arrays = [
                pa.DictionaryArray.from_arrays(
                    pa.array(index.columns[slug].at(places)), values[slug]
                )
                if slug in values
                else batch.column(slug)
                for slug in columns
            ]
            yield pa.RecordBatch.from_arrays(
                [batch.column("row_id"), *arrays], names=["row_id", *columns]
            )
