-- One row per person of the audience: exactly as many new people as asked for, and
-- the seed where asked for.
with

    candidates as (select * from {{ ref("audience_candidates") }}),

    audience_cut as (select * from {{ ref("audience_cut") }}),

    seed_members as (

        select person_key from {{ ref("canonical_seed_rows") }} group by person_key

    ),

    matched as (select row_id, person_key from {{ ref("canonical_matched_seed") }}),

    spec as (select * from {{ source("inputs", "spec") }}),

    new_people as (

        select
            candidates.person_key,
            candidates.row_id,
            candidates.score,
            candidates.log_odds,
            candidates.rank,
            candidates.percentile,
            false as is_seed

        from candidates
        inner join audience_cut on candidates.rank <= audience_cut.requested_count

    ),

    seed_people as (

        select
            seed_members.person_key,
            min(matched.row_id) as row_id,
            1e0 as score,
            cast(null as double) as log_odds,
            cast(null as bigint) as rank,
            cast(null as double) as percentile,
            true as is_seed

        from seed_members
        inner join spec on spec.include_seed
        left join matched on seed_members.person_key = matched.person_key
        group by seed_members.person_key

    ),

    members as (

        select *
        from new_people

        union all

        select *
        from seed_people

    )

select *
from members
