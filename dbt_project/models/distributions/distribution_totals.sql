-- One row per left-out fold (-1: none): how many people stand on either side.
{% set taken_off = not_candidates(
    kept(ref("canonical_matched_seed")),
    (ref("canonical_unlike") if var("has_unlike") or not execute)
) %}
{% set unlike = (ref("canonical_unlike") if var("has_unlike") or not execute) %}

with

    members as (select count(*) as people_count from {{ ref("canonical_members") }}),

    matched as (select count(*) as people_count from {{ taken_off }} as taken_off),

    seed_people as (select fold, seed_weight from {{ ref("canonical_seed") }}),

    spec as (select * from {{ source("inputs", "spec") }}),

    folds as (

        {% for left_out_fold in range(-1, 5) %}
            select cast({{ left_out_fold }} as integer) as left_out_fold
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}

    ),

    seed_totals as (

        select
            folds.left_out_fold,
            coalesce(sum(seed_people.seed_weight), 0e0) as seed_total

        from folds
        left join seed_people on folds.left_out_fold <> seed_people.fold
        group by folds.left_out_fold

    ),

    unlike_totals as (

        {% if var("has_unlike") %}
            select folds.left_out_fold, count(unlike.fold) as unlike_total

            from folds
            left join {{ unlike }} as unlike on folds.left_out_fold <> unlike.fold
            group by folds.left_out_fold
        {% else %}select left_out_fold, 0 as unlike_total from folds
        {% endif %}

    ),

    totals as (

        select
            seed_totals.left_out_fold,
            cast(seed_totals.seed_total as double) as seed_total,
            cast(
                members.people_count - matched.people_count as bigint
            ) as reference_total,
            cast(unlike_totals.unlike_total as bigint) as unlike_total,
            cast(spec.smoothing as double) as smoothing

        from seed_totals
        inner join
            unlike_totals on seed_totals.left_out_fold = unlike_totals.left_out_fold
        cross join members
        cross join matched
        cross join spec

    )

select *
from totals
