"""What assets are given by Dagster: the studio, opened where the run is."""

import dagster as dg

from orchestration.workshop import Workshop, open_workshop


class Studio(dg.ConfigurableResource):
    """The studio's home and limits. Empty fields follow the environment.

    `dbt_by_command_line` starts dbt through dagster-dbt's CLI resource instead of
    inside the run's own process: slower, but dbt dies alone.
    """

    home: str | None = None
    threads: int | None = None
    memory_limit: str | None = None
    dbt_by_command_line: bool = False

    def open(self) -> Workshop:
        """The opened studio."""
        from pathlib import Path

        from catalog.home import Home

        return open_workshop(
            Home(Path(self.home)) if self.home else None,
            threads=self.threads,
            memory_limit=self.memory_limit,
        )
