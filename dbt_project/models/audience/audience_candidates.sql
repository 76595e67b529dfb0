-- One row per person at or above the cut who is not in the seed; people tied at the
-- cut are all here.
with

    scores as (select * from {{ source("scoring", "scores") }}),

    members as (select * from {{ ref("canonical_members") }}),

    matched as (select row_id from {{ ref("canonical_matched_seed") }}),

    audience_cut as (select * from {{ ref("audience_cut") }}),

    above_cut as (

        select
            scores.row_id, scores.log_odds, scores.score, audience_cut.candidate_count

        from scores
        inner join audience_cut on scores.log_odds >= audience_cut.cut_log_odds
        left join matched on scores.row_id = matched.row_id
        where matched.row_id is null

    ),

    keyed as (

        select
            above_cut.row_id,
            {{ person_key(person_id_type("members"), person_identifier("members")) }}
            as person_key,
            above_cut.log_odds,
            above_cut.score,
            above_cut.candidate_count

        from above_cut
        inner join members on above_cut.row_id = members.row_id

    ),

    ranked as (

        select
            row_id,
            person_key,
            log_odds,
            score,
            candidate_count,
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
            / candidate_count as percentile

        from ranked

    )

select *
from candidates
