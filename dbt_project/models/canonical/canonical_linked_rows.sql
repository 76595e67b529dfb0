-- One row per row of the population that shares an identifier with another: the person
-- both belong to; empty where the key is unique.
{% set population_rows = ref("stg_population") %}

with

    linking as (

        select * from {{ ref("canonical_repeated_identities") }} where not is_dropped

    ),

    edges as (

        select
            cast(null as bigint) as row_id,
            cast(null as string) as id_type,
            cast(null as bigint) as least_row_id
        where false

        {% if var("resolve_people") %}
            {% for slug in var("identifiers") %}
                union all

                select people.row_id, linking.id_type, linking.least_row_id

                from {{ population_rows }} as people
                inner join
                    linking
                    on linking.id_type = '{{ slug }}'
                    and people.{{ quoted(slug) }} = linking.identifier
            {% endfor %}
        {% endif %}

    ),

    {{ connected_rows() }}

select *
from connected
