-- One row per identifier that several rows of the population have; empty where the key
-- is unique.
{% set population_rows = ref("stg_population") %}

with

    spec as (select * from {{ source("inputs", "spec") }}),

    -- Texts are compared among rows whose hash repeats, which are few.
    repeated as (

        select
            cast(null as string) as id_type,
            cast(null as string) as identifier,
            cast(null as bigint) as least_row_id,
            cast(null as bigint) as row_count
        where false

        {% if var("resolve_people") %}
            {% for slug in var("identifiers") %}
                    {% set identifier = "people." ~ quoted(slug) %}
                union all

                select
                    '{{ slug }}' as id_type,
                    {{ identifier }} as identifier,
                    min(people.row_id) as least_row_id,
                    count(*) as row_count

                from {{ population_rows }} as people
                inner join
                    (
                        select {{ hash_of(identifier) }} as identifier_hash
                        from {{ population_rows }} as people
                        where {{ identifier }} is not null
                        group by {{ hash_of(identifier) }}
                        having count(*) > 1
                    ) as repeated_hashes
                    on {{ hash_of(identifier) }} = repeated_hashes.identifier_hash
                where {{ identifier }} is not null
                group by {{ identifier }}
                having count(*) > 1
            {% endfor %}
        {% endif %}

    ),

    judged as (

        select
            repeated.id_type,
            repeated.identifier,
            repeated.least_row_id,
            repeated.row_count,
            repeated.row_count > spec.maximum_linked_rows as is_dropped

        from repeated
        cross join spec

    )

select *
from judged
