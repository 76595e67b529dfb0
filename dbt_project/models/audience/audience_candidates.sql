-- One row per person at or above the cut who is not in the seed; people tied at the
-- cut are all here.
with

    people as (select * from {{ ref("audience_people") }} where is_candidate),

    audience_cut as (select * from {{ ref("audience_cut") }}),

    keyed as (

        select
            people.row_id,
            {{ person_key(person_id_type("people"), person_identifier("people")) }}
            as person_key,
            people.log_odds,
            people.score,
            audience_cut.candidate_count {{ quota_column("people") }}

        from people
        cross join audience_cut

    ),

    ranked as (

        select
            row_id,
            person_key,
            log_odds,
            score,
            candidate_count {{ quota_column("keyed") }},
            row_number() over (order by log_odds desc, person_key) as rank,
            rank() over (order by log_odds desc) - 1 as count_above,
            count(*) over (partition by log_odds) as tied_count

        from keyed

    ),

    candidates as (

        select
            row_id,
            person_key,
            log_odds,
            score,
            cast(rank as bigint) as rank,
            100e0
            * (candidate_count - count_above - 0.5e0 * tied_count)
            / candidate_count as percentile {{ quota_column("ranked") }}

        from ranked

    )

select *
from candidates
