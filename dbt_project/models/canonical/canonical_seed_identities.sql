-- One row per distinct identifier of the seed, with the least seed row that has it.
with

    seed_rows as (select * from {{ ref("stg_seed") }}),

    spec as (select * from {{ source("inputs", "spec") }}),

    identities as (

        select
            cast(null as bigint) as row_id,
            cast(null as string) as id_type,
            cast(null as string) as identifier
        where false

        {% for slug in var("identifiers") %}
            union all

            select
                seed_rows.row_id,
                '{{ slug }}' as id_type,
                seed_rows.{{ quoted(slug) }} as identifier

            from seed_rows
            where seed_rows.{{ quoted(slug) }} is not null
        {% endfor %}

    ),

    distinct_identities as (

        select
            identities.id_type,
            identities.identifier,
            min(identities.row_id) as seed_row_id,
            count(*) > spec.maximum_linked_rows as is_dropped

        from identities
        cross join spec
        group by identities.id_type, identities.identifier, spec.maximum_linked_rows

    )

select *
from distinct_identities
