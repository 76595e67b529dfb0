-- One row per step of log odds, twentieth of the score and group with a quota: how
-- many candidates lie there.
with

    scores as (select * from {{ source("scoring", "scores") }}),

    matched as (select row_id from {{ ref("canonical_matched_seed") }}),

    spec as (select * from {{ source("inputs", "spec") }}),

    candidates as (

        select
            {{ score_step("scores.log_odds") }} as step,
            {{ score_bin("scores.score") }} as score_bin,
            {% if has_quotas() %} scores.quota_group, {% endif %}
            scores.log_odds,
            scores.score >= spec.output_value as is_over_value

        from scores
        cross join spec
        left join matched on scores.row_id = matched.row_id
        where matched.row_id is null and scores.log_odds is not null

    ),

    -- Everybody is counted by as little as tells them apart; the rest is of these
    -- counts.
    counts as (

        select
            step,
            score_bin,
            {{ "quota_group" if has_quotas() else "-1" }} as quota_group,
            is_over_value,
            count(*) as people_count,
            min(log_odds) as least_log_odds,
            max(log_odds) as greatest_log_odds

        from candidates
        group by
            step,
            score_bin,
            {% if has_quotas() %} quota_group, {% endif %}
            is_over_value

    ),

    steps as (

        select
            step,
            score_bin,
            quota_group,
            cast(sum(people_count) as bigint) as people_count,
            cast(
                coalesce(
                    sum(case when is_over_value then people_count end), 0
                ) as bigint
            ) as over_value_count,
            min(least_log_odds) as least_log_odds,
            max(greatest_log_odds) as greatest_log_odds,
            min(
                case when is_over_value then least_log_odds end
            ) as least_log_odds_over_value

        from counts
        group by step, score_bin, quota_group

    )

select *
from steps
