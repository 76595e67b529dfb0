"""How a dbt resource looks in Dagster's graph: its key, its group, its checks.

A layer has one check, `data_tests`, on its last relation: it tells of every data test
of the layer. One check for each of the tests would cost a build more time than the
tests do.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Optional

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings

if TYPE_CHECKING:
    from dagster_dbt import DbtProject

CHECK = "data_tests"
# The relation of each layer that carries the layer's check.
CHECKED = {
    "staging": "stg_sample",
    "canonical": "canonical_seed",
    "distributions": "distribution_continuous",
    "weights": "weight_attributes",
    "audience": "audience_members",
    "report": "report_overlap",
}


class StudioTranslator(DagsterDbtTranslator):
    """Keys are model names; groups are the layers, the folders below `models/`."""

    def __init__(self) -> None:
        super().__init__(
            DagsterDbtTranslatorSettings(
                # The relations of `inputs`, and those of `scoring`, are made together
                # by one asset each.
                enable_duplicate_source_asset_keys=True
            )
        )

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The layer."""
        return layer_of(dbt_resource_props)

    def get_asset_check_spec(
        self,
        asset_spec: dg.AssetSpec,
        manifest: Mapping[str, Any],  # noqa: ARG002
        unique_id: str,  # noqa: ARG002
        project: Optional["DbtProject"],  # noqa: ARG002
    ) -> dg.AssetCheckSpec | None:
        """The layer's one check, where this relation carries it."""
        layer = asset_spec.group_name
        if layer is None or asset_spec.key != check_key(layer).asset_key:
            return None
        return dg.AssetCheckSpec(
            CHECK,
            asset=asset_spec.key,
            description=f"Every data test of the layer {layer} passes.",
            blocking=True,
        )


def layer_of(dbt_resource_props: Mapping[str, Any]) -> str | None:
    """The folder below `models/` that a model stands in; None for other resources."""
    path: list[str] = dbt_resource_props["fqn"]
    return path[1] if len(path) > 2 else None


def check_key(layer: str) -> dg.AssetCheckKey:
    """The check that tells of a layer's data tests."""
    return dg.AssetCheckKey(dg.AssetKey(CHECKED[layer]), CHECK)


TRANSLATOR = StudioTranslator()
