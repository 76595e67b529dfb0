-- One row per person the scorer learns from, with the fold that holds the person out.
{% set seed_rows = ref("stg_seed") %}
{% set matched_seed = ref("canonical_matched_seed") %}

with

    {% if var("learn_from") == "population" %}

        people as (

            select matched.person_key {{ attribute_columns("matched") }}

            from {{ matched_seed }} as matched

        ),

    {% else %}

        keyed as (

            select
                {{
                    person_key(
                        person_id_type("own_rows"), person_identifier("own_rows")
                    )
                }} as person_key {{ attribute_columns("own_rows") }}

            from {{ seed_rows }} as own_rows

        ),

        repeated as (

            select person_key from keyed group by person_key having count(*) > 1

        ),

        -- Most people have one row, and nothing to merge.
        people as (

            select keyed.person_key {{ attribute_columns("keyed") }}

            from keyed
            left join repeated on keyed.person_key = repeated.person_key
            where keyed.person_key is not null and repeated.person_key is null

            union all

            select keyed.person_key {{ merged_attributes("keyed") }}

            from keyed
            inner join repeated on keyed.person_key = repeated.person_key
            group by keyed.person_key

        ),

    {% endif %}

    folded as (

        select
            people.person_key,
            {{ fold("people.person_key") }} as fold
            {{ attribute_columns("people") }}

        from people

    )

select *
from folded
