"""The main job: everything from the inputs to the published audience, for one partition."""

import dagster as dg

BUILD_AUDIENCE = "build_audience"

# Tags of a run. The specification's number, a salt that makes a build anew, why the
# schedule asked for it, and the token by which whoever asked finds it again.
SPECIFICATION_TAG = "lookalike/specification"
FORCE_TAG = "lookalike/force"
TICK_TAG = "lookalike/tick"
REQUEST_TAG = "lookalike/request"
TRACKING_TAG = "lookalike/tracking"  # where the run is logged

build_audience = dg.define_asset_job(
    BUILD_AUDIENCE,
    selection=dg.AssetSelection.all(),
    description="Build one audience: inputs, distributions, weights, scores, audience.",
    executor_def=dg.in_process_executor,
)
