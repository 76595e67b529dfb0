-- One row per person the scorer learns from, with the fold that holds the person out
-- and what the person counts.
{% set seed_people = ref("canonical_seed_people") %}
{% set matched_seed = ref("canonical_matched_seed") %}
{% set learn_from = ref("canonical_learn_from") %}
{% set own_rows = ref("stg_seed") %}
{% set seed_rows = ref("canonical_seed_rows") %}

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
        {% if var("has_unlike") %}
            where
                matched.person_key
                not in (select person_key from {{ seed_rows }} where is_unlike)
        {% endif %}

    ),

    -- A seed person may be several people of the population.
    {{ one_row_a_person("described") }},

    {% if var("weighs_seed") %}

        -- The greatest of a person's rows; who has none, or 0, is not learnt from.
        given as (

            select seed_people.person_key, max(own_rows.seed_weight) as given_weight

            from {{ own_rows }} as own_rows
            inner join
                {{ seed_rows }} as seed_people on own_rows.row_id = seed_people.row_id
            where own_rows.seed_weight > 0
            group by seed_people.person_key

        ),

        relative as (

            select
                people.person_key,
                given.given_weight / max(given.given_weight) over () as relative_weight

            from people
            inner join given on people.person_key = given.person_key

        ),

        sums as (

            select
                {{ exact_sum("relative_weight") }} as weight_sum,
                {{ exact_sum("relative_weight * relative_weight") }} as square_sum
            from relative

        ),

        -- In proportion to the weight; together the effective number of people.
        weights as (

            select
                relative.person_key,
                greatest(
                    {{
                        countable(
                            "relative.relative_weight * sums.weight_sum / sums.square_sum"
                        )
                    }},
                    {{ countable("1 / 1048576e0") }}
                ) as seed_weight

            from relative
            cross join sums

        ),

    {% endif %}

    folded as (

        select
            people.person_key,
            {{ fold("people.person_key") }} as fold,
            {% if var("weighs_seed") %} weights.seed_weight
            {% else %} 1e0 as seed_weight
            {% endif %}
            {{ attribute_columns("people") }}

        from people
        {% if var("weighs_seed") %}
            inner join weights on people.person_key = weights.person_key
        {% endif %}

    )

select *
from folded
