-- One row per person of the audience: exactly as many new people as asked for, and
-- the seed where asked for.
{% set quotas = source("inputs", "quotas") %}
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

    {% if has_quotas() %}
        quota_counts as ({{ quota_counts(quotas, "audience_cut") }}),

        grouped as (

            select
                candidates.*,
                row_number() over (
                    partition by quota_group order by candidates.rank
                ) as group_rank

            from candidates

        ),

        -- First whom a group is sure to have, then who comes next; each by rank, and
        -- nobody beyond what a group may have.
        placed as (

            select
                grouped.*,
                audience_cut.requested_count,
                row_number() over (
                    order by
                        case
                            when grouped.group_rank <= quota_counts.least_count
                            then 1
                            else 2
                        end,
                        grouped.rank
                ) as place

            from grouped
            cross join audience_cut
            left join quota_counts on grouped.quota_group = quota_counts.quota_group
            where
                quota_counts.most_count is null
                or grouped.group_rank <= quota_counts.most_count

        ),
    {% else %}
        -- First the surest, then who was there before, then who comes next; each by
        -- rank.
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

    {% endif %}

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
