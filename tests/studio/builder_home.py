"""A home with small datasets for the builder: a seed, a population, one that fits nowhere."""

from pathlib import Path

from catalog.home import create_home
from orchestration.workshop import Workshop
from studio.services import datasets
from studio.services.opening import open_studio
from tests.studio.conftest import write_people

HOSTILE = "<img src=x onerror=\"window.canary=7\"> {{ 7 * 7 }} 'x'"
HOSTILE_COLUMN = '</script><script>window.canary=7</script>"'


def builder_home(folder: Path, *, seed: int = 120) -> Workshop:
    """The home in `folder/home`; `HOSTILE` is a dataset without identifiers."""
    chosen, everybody = write_people(folder, seed=seed)
    for name, frame in (("seed", chosen), ("population", everybody)):
        frame.assign(**{HOSTILE_COLUMN: frame["country"]}).to_csv(
            folder / f"{name}.csv", index=False
        )
    everybody[["country", "age"]].to_csv(folder / "nobody.csv", index=False)
    workshop = open_studio(create_home(folder / "home"))
    for name, file in (
        ("seed", "seed"),
        ("population", "population"),
        (HOSTILE, "nobody"),
    ):
        datasets.add(
            workshop.catalog,
            workshop.engine,
            folder / f"{file}.csv",
            name,
            table=None,
            csv_schema=None,
            description="",
        )
    return workshop
