-- One row per person, merged from the population rows that share an identifier; empty
-- where the key is unique.
with

    people as (

        select *
        from {{ ref("stg_population") }}
        {% if not var("resolve_people") %} where false {% endif %}

    ),

    merged as (

        select
            min(people.row_id) as row_id
            {% for slug in var("identifiers") %}
                , min(people.{{ quoted(slug) }}) as {{ quoted(slug) }}
            {% endfor %}
            {{ merged_attributes("people") }}

        from people
        where {{ person_identifier("people") }} is not null
        group by {{ person_id_type("people") }}, {{ person_identifier("people") }}

    )

select *
from merged
