-- One row per audience size: the share of held-out seed people that an audience of
-- that size would find.
with

    score_steps as (select * from {{ ref("report_score_steps") }}),

    sizes as (

        select 0.001e0 as audience_share
        union all
        select 0.002e0 as audience_share
        union all
        select 0.005e0 as audience_share
        {% for percent in range(1, 101) %}
            union all
            select {{ percent }} / 100e0 as audience_share
        {% endfor %}

    ),

    -- A step that the size cuts through counts by the part of its people that is
    -- inside.
    reached as (

        select
            sizes.audience_share,
            score_steps.people_total,
            score_steps.seed_total,
            score_steps.seed_count,
            case
                when
                    score_steps.count_above + score_steps.people_count
                    <= sizes.audience_share * score_steps.people_total
                then 1e0
                when
                    score_steps.count_above
                    >= sizes.audience_share * score_steps.people_total
                then 0e0
                else
                    (
                        sizes.audience_share * score_steps.people_total
                        - score_steps.count_above
                    )
                    / score_steps.people_count
            end as inside_share

        from sizes
        cross join score_steps

    ),

    recalls as (

        select
            audience_share,
            people_total,
            {{ exact_sum("seed_count * inside_share") }}
            / greatest(seed_total, 1) as recall

        from reached
        group by audience_share, people_total, seed_total

    ),

    curve as (

        select
            audience_share,
            cast(ceil(audience_share * people_total) as bigint) as people_count,
            recall,
            recall / audience_share as lift

        from recalls

    )

select *
from curve
