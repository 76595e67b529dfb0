"""How a dbt resource looks in Dagster's graph: its key, group and kinds."""

from collections.abc import Mapping
from typing import Any

from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings


class StudioTranslator(DagsterDbtTranslator):
    """Keys are model names; groups are the layers, the folders below `models/`."""

    def __init__(self) -> None:
        super().__init__(
            DagsterDbtTranslatorSettings(
                # The relations of `inputs`, and those of `scoring`, are made together
                # by one asset each.
                enable_duplicate_source_asset_keys=True,
                enable_asset_checks=True,
            )
        )

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The layer."""
        layers: list[str] = dbt_resource_props["fqn"]
        return layers[1] if len(layers) > 2 else None


TRANSLATOR = StudioTranslator()
