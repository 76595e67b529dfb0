-- One row per person of the population who is in the seed, with the population's
-- attributes.
with

    matches as (select * from {{ ref("canonical_seed_matches") }} where not is_dropped),

    seed_identities as (select * from {{ ref("canonical_seed_identities") }}),

    seed_people as (select * from {{ ref("canonical_seed_rows") }}),

    -- A person may be found by several identifiers, all of one seed person.
    ordered as (

        select
            matches.*,
            row_number() over (
                partition by matches.row_id
                order by matches.match_type, matches.match_identifier
            ) as place

        from matches

    ),

    matched as (

        select
            ordered.row_id,
            seed_people.person_key
            {{ attribute_columns("ordered") }}
            {{ mark_columns("ordered") }}

        from ordered
        inner join
            seed_identities
            on ordered.match_type = seed_identities.id_type
            and ordered.match_identifier = seed_identities.identifier
        inner join seed_people on seed_identities.seed_row_id = seed_people.row_id
        where ordered.place = 1

    )

select *
from matched
