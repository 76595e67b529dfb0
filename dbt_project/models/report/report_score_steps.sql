-- One row per step of log odds, best first: how many candidates and held-out seed
-- people lie there.
with

    score_steps as (

        select step, sum(people_count) as people_count

        from {{ source("scoring", "score_steps") }}
        group by step

    ),

    seed_steps as (

        select {{ score_step("log_odds") }} as step, count(*) as seed_count

        from {{ source("scoring", "seed_scores") }}
        where log_odds is not null
        group by {{ score_step("log_odds") }}

    ),

    -- Distinct steps of either side; `union` because most stand on both.
    all_steps as (

        select step
        from score_steps

        union

        select step
        from seed_steps

    ),

    counted as (

        select
            all_steps.step,
            cast(coalesce(score_steps.people_count, 0) as bigint) as people_count,
            cast(coalesce(seed_steps.seed_count, 0) as bigint) as seed_count

        from all_steps
        left join score_steps on all_steps.step = score_steps.step
        left join seed_steps on all_steps.step = seed_steps.step

    ),

    placed as (

        select
            counted.*,
            cast(
                sum(people_count) over (
                    order by step desc rows between unbounded preceding and current row
                )
                - people_count as bigint
            ) as count_above,
            cast(sum(people_count) over () as bigint) as people_total,
            cast(sum(seed_count) over () as bigint) as seed_total

        from counted

    )

select *
from placed
