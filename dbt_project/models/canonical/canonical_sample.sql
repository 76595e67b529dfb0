-- One row per sampled person of the population who is not in the seed.
{% set profile_sample = ref("stg_sample") %}
{% set members = ref("canonical_members") %}
{% set taken_off = not_candidates(
    ref("canonical_matched_seed"), (ref("canonical_unlike") if var("has_unlike") or not execute)
) %}

with

    spec as (select * from {{ source("inputs", "spec") }}),

    -- Nobody who is no candidate.
    matched as (select row_id from {{ taken_off }} as taken_off),

    kept as (

        select sampled.row_id {{ attribute_columns("sampled", with_protected=true) }}

        from {{ profile_sample }} as sampled
        left join matched on sampled.row_id = matched.row_id
        where
            matched.row_id is null {% if var("resolve_people") %} and false {% endif %}

    ),

    -- One row where too few are left, else none.
    shortfall as (

        select spec.sample_size

        from (select count(*) as people_count from kept) as counted
        cross join spec
        where counted.people_count < spec.sample_minimum

    ),

    candidates as (

        select
            people.row_id,
            shortfall.sample_size,
            {{ sample_key("people") }} as sample_key,
            {{ person_identifier("people") }} as identifier

        from {{ members }} as people
        cross join shortfall
        left join matched on people.row_id = matched.row_id
        where matched.row_id is null

    ),

    ranked as (

        select
            row_id,
            sample_size,
            row_number() over (order by sample_key, identifier, row_id) as draw_rank

        from candidates

    ),

    drawn_anew as (

        select people.row_id {{ attribute_columns("people", with_protected=true) }}

        from {{ members }} as people
        inner join ranked on people.row_id = ranked.row_id
        where ranked.draw_rank <= ranked.sample_size

    ),

    sampled as (

        select kept.row_id {{ attribute_columns("kept", with_protected=true) }}

        from kept
        where not exists (select 1 from shortfall)

        union all

        select
            drawn_anew.row_id {{ attribute_columns("drawn_anew", with_protected=true) }}

        from drawn_anew

    )

select *
from sampled
