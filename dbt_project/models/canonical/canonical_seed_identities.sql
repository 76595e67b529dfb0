-- One row per distinct identifier of the seed, with the least seed row that has it.
with

    seed_rows as (select * from {{ ref("stg_seed") }}),

    keyed as (

        select
            seed_rows.row_id,
            {{
                person_key(
                    person_id_type("seed_rows"), person_identifier("seed_rows")
                )
            }} as person_key

        from seed_rows

    ),

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

        select id_type, identifier, min(row_id) as seed_row_id

        from identities
        group by id_type, identifier

    ),

    with_keys as (

        select
            distinct_identities.seed_row_id,
            distinct_identities.id_type,
            distinct_identities.identifier,
            keyed.person_key

        from distinct_identities
        inner join keyed on distinct_identities.seed_row_id = keyed.row_id

    )

select *
from with_keys
