-- One row per person of the population who may be in the audience: everybody at or
-- above the cut and, where the seed is added, the seed's people.
{% set population_rows = source("inputs", "population_uncoded") %}
{% set merged_people = ref("canonical_members") %}
{% set scores = source("scoring", "scores") %}

with

    matched as (select row_id from {{ ref("canonical_matched_seed") }}),

    audience_cut as (select * from {{ ref("audience_cut") }}),

    spec as (select * from {{ source("inputs", "spec") }}),

    -- Two queries: most people are neither, and cost a comparison each. As one relation
    -- of this query the scores would be copied for them.
    new_people as (

        select
            scores.row_id,
            scores.log_odds,
            scores.score,
            true as is_candidate {{ quota_column("scores") }}

        from {{ scores }} as scores
        cross join audience_cut
        left join matched on scores.row_id = matched.row_id
        where scores.log_odds >= audience_cut.cut_log_odds and matched.row_id is null

    ),

    seed_people as (

        select
            scores.row_id,
            scores.log_odds,
            scores.score,
            false as is_candidate {{ quota_column("scores") }}

        from {{ scores }} as scores
        inner join matched on scores.row_id = matched.row_id
        inner join spec on spec.include_seed

    ),

    chosen as (

        select *
        from new_people

        union all

        select *
        from seed_people

    ),

    -- Cleaned after they were found: the others need not be.
    people as (

        {% if var("resolve_people") %}
            select
                chosen.row_id,
                chosen.log_odds,
                chosen.score,
                chosen.is_candidate {{ quota_column("chosen") }}
                {{ identifier_columns("members") }}
                {{ attribute_columns("members", left_out=var("coded")) }}

            from {{ merged_people }} as members
            inner join chosen on members.row_id = chosen.row_id
        {% else %}
            select
                chosen.row_id,
                chosen.log_odds,
                chosen.score,
                chosen.is_candidate {{ quota_column("chosen") }}
                {{ cleaned_columns("population", "population", left_out=var("coded")) }}

            from {{ population_rows }} as population
            inner join chosen on population.row_id = chosen.row_id
        {% endif %}

    )

select *
from people
