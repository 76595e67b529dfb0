-- One row per person the scorer learns from, with the fold that holds the person out.
{% set seed_people = ref("canonical_seed_people") %}
{% set matched_seed = ref("canonical_matched_seed") %}
{% set learn_from = ref("canonical_learn_from") %}

with

    -- The one row of `learn_from` lets one of the two sides through.
    described as (

        select own_rows.person_key {{ attribute_columns("own_rows") }}

        from {{ seed_people }} as own_rows
        inner join {{ learn_from }} as chosen on chosen.learn_from = 'seed'

        union all

        select matched.person_key {{ attribute_columns("matched") }}

        from {{ matched_seed }} as matched
        inner join {{ learn_from }} as chosen on chosen.learn_from = 'population'

    ),

    -- A seed person may be several people of the population.
    {{ one_row_a_person("described") }},

    folded as (

        select
            people.person_key,
            {{ fold("people.person_key") }} as fold
            {{ attribute_columns("people") }}

        from people

    )

select *
from folded
