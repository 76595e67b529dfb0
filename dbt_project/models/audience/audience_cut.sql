-- One row: how many people are asked for, and the log odds of the last considered.
{% set scores = source("scoring", "scores") %}
{% set quotas = source("inputs", "quotas") %}

with

    matched as (select row_id from {{ ref("canonical_matched_seed") }}),

    spec as (select * from {{ source("inputs", "spec") }}),

    score_steps as (select * from {{ source("scoring", "score_steps") }}),

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
            ) as asked_count

        from candidate_total
        cross join matched_total
        cross join unscored_total
        cross join spec

    ),

    {% if has_quotas() %}
        quota_counts as ({{ quota_counts(quotas, "requested") }}),

        -- Each group's candidates down its own ranking, by step. The first people of
        -- the group are sure of a place, more than so many are not let in, and those
        -- between are free to take what is left.
        grouped_steps as (

            select
                step,
                quota_group,
                sum(people_count) as people_count,
                sum(sum(people_count)) over (
                    partition by quota_group
                    order by step desc
                    rows between unbounded preceding and current row
                )
                - sum(people_count) as count_above

            from score_steps
            group by step, quota_group

        ),

        limited_steps as (

            select
                grouped_steps.step,
                sum(grouped_steps.people_count) as people_count,
                sum(
                    greatest(
                        least(
                            coalesce(quota_counts.least_count, 0)
                            - grouped_steps.count_above,
                            grouped_steps.people_count
                        ),
                        0
                    )
                ) as sure_people,
                sum(
                    greatest(
                        least(
                            coalesce(quota_counts.most_count, requested.asked_count)
                            - grouped_steps.count_above,
                            grouped_steps.people_count
                        ),
                        0
                    )
                ) as eligible_people

            from grouped_steps
            cross join requested
            left join
                quota_counts on grouped_steps.quota_group = quota_counts.quota_group
            group by grouped_steps.step

        ),

        group_sizes as (

            select quota_group, sum(people_count) as people_count
            from grouped_steps
            group by quota_group

        ),

        short_places as (

            select
                coalesce(
                    sum(
                        case
                            when not quota_counts.fills_from_others
                            then
                                greatest(
                                    quota_counts.least_count
                                    - coalesce(group_sizes.people_count, 0),
                                    0
                                )
                        end
                    ),
                    0
                ) as short_count

            from quota_counts
            left join group_sizes on quota_counts.quota_group = group_sizes.quota_group

        ),

        filled as (

            select
                coalesce(sum(sure_people), 0) as sure_people,
                greatest(
                    least(
                        max(requested.asked_count)
                        - max(short_places.short_count)
                        - coalesce(sum(sure_people), 0),
                        coalesce(sum(eligible_people - sure_people), 0)
                    ),
                    0
                ) as free_people

            from requested
            cross join short_places
            left join limited_steps on true

        ),

        reached_steps as (

            select
                limited_steps.*,
                filled.free_people,
                sum(eligible_people - limited_steps.sure_people) over (
                    order by step desc rows between unbounded preceding and current row
                )
                - (eligible_people - limited_steps.sure_people) as free_above,
                sum(people_count) over (
                    order by step desc rows between unbounded preceding and current row
                ) as count_down_to

            from limited_steps
            cross join filled

        ),

        -- Everybody down to the last who has a place is ranked, in whichever group.
        deepest as (

            select
                max(
                    case
                        when
                            sure_people > 0
                            or (
                                eligible_people > sure_people
                                and free_above < free_people
                            )
                        then count_down_to
                        else 0
                    end
                ) as deepest_count

            from reached_steps

        ),
    {% endif %}

    -- With a margin the cut lies beyond the people asked for, so that members of the
    -- version before are still looked at, and the surest people end before them.
    considered as (

        select requested.*,
        {% if has_quotas() %}
                cast(
                    filled.sure_people + filled.free_people as bigint
                ) as requested_count,
                cast(0 as bigint) as sure_count,
                cast(
                    greatest(asked_count, deepest.deepest_count) as bigint
                ) as considered_count

            from requested
            cross join filled
            cross join deepest
        {% else %}
                asked_count as requested_count,
                cast(
                    floor(asked_count * (100 - keep_margin) / 100) as bigint
                ) as sure_count,
                cast(
                    least(
                        floor(asked_count * (100 + keep_margin) / 100), candidate_count
                    ) as bigint
                ) as considered_count

            from requested
        {% endif %}

    ),

    ranked_steps as (

        select
            step,
            sum(sum(people_count)) over (
                order by step desc rows between unbounded preceding and current row
            )
            - sum(people_count) as count_above,
            sum(people_count) as people_count,
            min(least_log_odds) as least_log_odds,
            max(greatest_log_odds) as greatest_log_odds

        from score_steps
        group by step

    ),

    -- The step that holds the last person considered; only there the exact order
    -- matters.
    cut_step as (

        select
            ranked_steps.count_above,
            ranked_steps.least_log_odds,
            ranked_steps.greatest_log_odds,
            considered.considered_count

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
        inner join
            cut_step
            on scores.log_odds >= cut_step.least_log_odds
            and scores.log_odds <= cut_step.greatest_log_odds
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
            considered.asked_count,
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
