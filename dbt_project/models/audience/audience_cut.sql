-- One row: how many people are asked for, and the log odds of the last considered.
{% set scores = source("scoring", "scores") %}

with

    matched as (select row_id from {{ ref("canonical_matched_seed") }}),

    spec as (select * from {{ source("inputs", "spec") }}),

    score_steps as (select * from {{ ref("audience_score_steps") }}),

    -- People without a score are nobody's candidates.
    unscored_total as (

        select count(*) as unscored_count

        from {{ scores }} as scores
        left join matched on scores.row_id = matched.row_id
        where scores.log_odds is null and matched.row_id is null

    ),

    matched_total as (

        select count(*) as matched_seed_count
        from {{ kept(ref("canonical_matched_seed")) }} as kept_matched

    ),

    candidate_total as (

        select
            coalesce(sum(people_count), 0) as candidate_count,
            coalesce(sum(over_value_count), 0) as over_value_count

        from score_steps

    ),

    requested as (

        select
            candidate_total.candidate_count,
            matched_total.matched_seed_count,
            unscored_total.unscored_count,
            coalesce(spec.keep_margin, 0) as keep_margin,
            cast(
                case
                    when spec.output_kind = 'top'
                    then least(spec.output_value, candidate_total.candidate_count)
                    when spec.output_kind = 'best_percent'
                    then
                        floor(spec.output_value * candidate_total.candidate_count / 100)
                    else candidate_total.over_value_count
                end as bigint
            ) as requested_count

        from candidate_total
        cross join matched_total
        cross join unscored_total
        cross join spec

    ),

    -- With a margin the cut lies beyond the people asked for, so that members of the
    -- version before are still looked at, and the surest people end before them.
    considered as (

        select
            requested.*,
            cast(
                floor(requested_count * (100 - keep_margin) / 100) as bigint
            ) as sure_count,
            cast(
                least(
                    floor(requested_count * (100 + keep_margin) / 100), candidate_count
                ) as bigint
            ) as considered_count

        from requested

    ),

    ranked_steps as (

        select
            step,
            sum(sum(people_count)) over (
                order by step desc rows between unbounded preceding and current row
            )
            - sum(people_count) as count_above,
            sum(people_count) as people_count

        from score_steps
        group by step

    ),

    -- The step that holds the last person considered; only there the exact order
    -- matters.
    cut_step as (

        select ranked_steps.step, ranked_steps.count_above, considered.considered_count

        from ranked_steps
        inner join
            considered
            on ranked_steps.count_above < considered.considered_count
            and ranked_steps.count_above + ranked_steps.people_count
            >= considered.considered_count

    ),

    in_cut_step as (

        select
            cut_step.count_above,
            cut_step.considered_count,
            scores.log_odds,
            min(scores.score) as score,
            count(*) as people_count

        from {{ scores }} as scores
        inner join cut_step on {{ score_step("scores.log_odds") }} = cut_step.step
        left join matched on scores.row_id = matched.row_id
        where matched.row_id is null
        group by cut_step.count_above, cut_step.considered_count, scores.log_odds

    ),

    reached as (

        select
            log_odds,
            score,
            considered_count,
            count_above + sum(people_count) over (
                order by log_odds desc rows between unbounded preceding and current row
            ) as count_down_to

        from in_cut_step

    ),

    cut_value as (

        select max(log_odds) as cut_log_odds

        from reached
        where count_down_to >= considered_count

    ),

    cut as (

        select
            cast(
                considered.candidate_count
                + considered.matched_seed_count
                + considered.unscored_count as bigint
            ) as population_count,
            cast(considered.matched_seed_count as bigint) as matched_seed_count,
            cast(considered.unscored_count as bigint) as unscored_count,
            cast(considered.candidate_count as bigint) as candidate_count,
            considered.requested_count,
            considered.sure_count,
            considered.considered_count,
            cut_value.cut_log_odds,
            reached.score as cut_score

        from considered
        cross join cut_value
        left join reached on cut_value.cut_log_odds = reached.log_odds

    )

select *
from cut
