"""What must not change while a build works: the files of its inputs, and its own folder.

A dataset's sign is taken before anything of it is read, and compared before anything
that was made of it counts. What was loaded at registration (CSV, JSON Lines, tables) is
a copy, and its source may change.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from catalog.datasets import Dataset
from catalog.errors import StudioError
from catalog.specification_model import AudienceSpecification
from orchestration.builds import Build, remove_work
from orchestration.workshop import Workshop

DAMAGED = frozenset(
    (
        "build_damaged",
        "damaged_codes",
        "damaged_file",
        "database_damaged",
        "not_a_database",
    )
)
CHANGED = frozenset(("input_changed", "file_not_found"))


def input_signs(
    workshop: Workshop, specification: AudienceSpecification
) -> dict[str, str]:
    """By dataset id, signs of the files that a build reads in place.

    An audience that is the seed has none: a version never changes.
    """
    seed = specification.seed
    names = [seed.dataset, specification.population.dataset]
    if seed.unlike is not None:
        names.append(seed.unlike.dataset)
    found = [workshop.catalog.get_dataset(name) for name in names if name is not None]
    return {
        each.id: sign_of(workshop, each) for each in found if each.kind.is_read_in_place
    }


def sign_of(workshop: Workshop, dataset: Dataset) -> str:
    """Names, sizes and times of a dataset's files, and their content.

    The times first: a file that is written between the two has other times afterwards.
    Two states of one size within a clock's tick differ in their content alone.
    """
    engine = workshop.engine
    return f"{engine.stamp(dataset)} {engine.fingerprint(dataset)}"


@contextmanager
def steady(workshop: Workshop, build: Build) -> Iterator[None]:
    """Tell a failure for the reason that an input changed as such.

    A build whose own files are damaged loses its folder, so that it begins anew when it
    is asked for again.
    """
    try:
        yield
    except StudioError as error:
        if error.code in DAMAGED:
            remove_work(build.folder)
        try:
            refuse_changed_inputs(workshop, build)
        except StudioError as change:
            # Where even this cannot be found out, what failed first is told.
            if change.code in CHANGED:
                raise change from error
        raise


def refuse_changed_inputs(workshop: Workshop, build: Build) -> None:
    """Files that changed while they were read make an audience of two states."""
    for dataset_id, sign in build.input_signs.items():
        dataset = workshop.catalog.get_dataset(dataset_id)
        if sign_of(workshop, dataset) != sign:
            raise StudioError(
                "input_changed",
                f"dataset '{dataset.name}'",
                "changed while the audience was built",
                "build it again once the files are at rest",
            )
