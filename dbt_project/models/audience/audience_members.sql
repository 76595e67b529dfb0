-- One row per person of the audience: exactly as many new people as asked for, and
-- the seed where asked for.
with

    candidates as (select * from {{ ref("audience_candidates") }}),

    audience_cut as (select * from {{ ref("audience_cut") }}),

    seed_members as (

        select person_key
        from {{ ref("canonical_seed_rows") }}
        where not is_unlike
        group by person_key

    ),

    matched as (select row_id, person_key from {{ ref("canonical_matched_seed") }}),

    previous_members as (

        select person_key from {{ source("inputs", "previous_members") }}

    ),

    spec as (select * from {{ source("inputs", "spec") }}),

    -- First the surest, then who was there before, then who comes next; each by rank.
    -- Without a margin the surest are all who are asked for.
    placed as (

        select
            candidates.*,
            audience_cut.requested_count,
            row_number() over (
                order by
                    case
                        when candidates.rank <= audience_cut.sure_count
                        then 1
                        when previous_members.person_key is not null
                        then 2
                        else 3
                    end,
                    candidates.rank
            ) as place

        from candidates
        inner join audience_cut on candidates.rank <= audience_cut.considered_count
        left join
            previous_members on candidates.person_key = previous_members.person_key

    ),

    new_people as (

        select person_key, row_id, score, log_odds, rank, percentile, false as is_seed

        from placed
        where place <= requested_count

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
