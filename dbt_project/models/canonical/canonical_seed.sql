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

        -- Most people have one row, and nothing to merge.
        counted as (

            select keyed.*, count(*) over (partition by keyed.person_key) as row_count

            from keyed
            where keyed.person_key is not null

        ),

        people as (

            select counted.person_key {{ attribute_columns("counted") }}

            from counted
            where counted.row_count = 1

            union all

            select counted.person_key {{ merged_attributes("counted") }}

            from counted
            where counted.row_count > 1
            group by counted.person_key

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
