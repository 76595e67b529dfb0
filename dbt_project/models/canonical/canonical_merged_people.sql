-- One row per person, merged from the population rows that share an identifier; empty
-- where the key is unique.
with

    people as (

        select *
        from {{ ref("stg_population") }}
        {% if not var("resolve_people") %} where false {% endif %}

    ),

    -- Most people have one row, and nothing to merge.
    counted as (

        select
            people.*,
            {{ person_id_type("people") }} as person_id_type,
            {{ person_identifier("people") }} as person_identifier,
            count(*) over (
                partition by
                    {{ person_id_type("people") }}, {{ person_identifier("people") }}
            ) as row_count

        from people
        where {{ person_identifier("people") }} is not null

    ),

    merged as (

        select
            counted.row_id
            {{ identifier_columns("counted") }}
            {{ attribute_columns("counted") }}

        from counted
        where counted.row_count = 1

        {% if var("resolve_people") %}
            union all

            select
                min(counted.row_id) as row_id
                {% for slug in var("identifiers") %}
                    , min(counted.{{ quoted(slug) }}) as {{ quoted(slug) }}
                {% endfor %}
                {{ merged_attributes("counted") }}

            from counted
            where counted.row_count > 1
            group by counted.person_id_type, counted.person_identifier
        {% endif %}

    )

select *
from merged
