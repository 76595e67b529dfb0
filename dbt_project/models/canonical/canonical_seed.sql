-- One row per person the scorer learns from, with the fold that holds the person out.
{% set seed_rows = ref("stg_seed") %}
{% set seed_people = ref("canonical_seed_rows") %}
{% set matched_seed = ref("canonical_matched_seed") %}

with

    -- The rows that describe the people: one of the population's or the seed's own.
    described as (

        {% if var("learn_from") == "population" %}
            select matched.person_key {{ attribute_columns("matched") }}

            from {{ matched_seed }} as matched
        {% else %}
            select seed_people.person_key {{ attribute_columns("own_rows") }}

            from {{ seed_rows }} as own_rows
            inner join
                {{ seed_people }} as seed_people on own_rows.row_id = seed_people.row_id
        {% endif %}

    ),

    repeated as (

        select person_key from described group by person_key having count(*) > 1

    ),

    -- Most people have one row, and nothing to merge.
    people as (

        select described.person_key {{ attribute_columns("described") }}

        from described
        left join repeated on described.person_key = repeated.person_key
        where repeated.person_key is null

        union all

        select described.person_key {{ merged_attributes("described") }}

        from described
        inner join repeated on described.person_key = repeated.person_key
        group by described.person_key

    ),

    folded as (

        select
            people.person_key,
            {{ fold("people.person_key") }} as fold
            {{ attribute_columns("people") }}

        from people

    )

select *
from folded
