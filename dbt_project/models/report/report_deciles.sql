-- One row per tenth of the candidates, 1 the most alike: how many held-out seed
-- people score like it.
with

    score_steps as (select * from {{ ref("report_score_steps") }}),

    log_odds_ranges as (

        select
            step,
            min(least_log_odds) as least_log_odds,
            max(greatest_log_odds) as greatest_log_odds

        from {{ source("scoring", "score_steps") }}
        group by step

    ),

    deciles as (

        {% for decile in range(1, 11) %}
            select {{ decile }} as decile
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}

    ),

    -- People of one step share its middle rank, so that ties never part.
    ranked as (

        select
            score_steps.*,
            cast(
                least(
                    floor(
                        10
                        * (count_above + 0.5e0 * people_count)
                        / greatest(people_total, 1)
                    )
                    + 1,
                    10
                ) as integer
            ) as decile

        from score_steps

    ),

    counted as (

        select
            ranked.decile,
            sum(ranked.people_count) as people_count,
            sum(ranked.seed_count) as seed_count,
            min(log_odds_ranges.least_log_odds) as least_log_odds,
            max(log_odds_ranges.greatest_log_odds) as greatest_log_odds

        from ranked
        left join log_odds_ranges on ranked.step = log_odds_ranges.step
        group by ranked.decile

    ),

    shares as (

        select
            deciles.decile,
            cast(coalesce(counted.people_count, 0) as bigint) as people_count,
            cast(coalesce(counted.seed_count, 0) as bigint) as seed_count,
            coalesce(counted.people_count, 0)
            / greatest(sum(counted.people_count) over (), 1e0) as people_share,
            coalesce(counted.seed_count, 0)
            / greatest(sum(counted.seed_count) over (), 1e0) as seed_share,
            coalesce(
                sum(counted.people_count) over (
                    order by deciles.decile
                    rows between unbounded preceding and current row
                ),
                0
            ) / greatest(
                sum(counted.people_count) over (), 1e0
            ) as cumulative_people_share,
            coalesce(
                sum(counted.seed_count) over (
                    order by deciles.decile
                    rows between unbounded preceding and current row
                ),
                0
            )
            / greatest(sum(counted.seed_count) over (), 1e0) as cumulative_seed_share,
            counted.least_log_odds,
            counted.greatest_log_odds

        from deciles
        left join counted on deciles.decile = counted.decile

    ),

    lifts as (

        select
            decile,
            people_count,
            seed_count,
            seed_share,
            case when people_share > 0 then seed_share / people_share end as lift,
            case
                when cumulative_people_share > 0
                then cumulative_seed_share / cumulative_people_share
            end as cumulative_lift,
            least_log_odds,
            greatest_log_odds

        from shares

    )

select *
from lifts
