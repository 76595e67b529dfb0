-- One row per distinct identifier of the negative seed that stands for somebody.
with

    unlike_rows as (select * from {{ ref("stg_unlike") }}),

    spec as (select * from {{ source("inputs", "spec") }}),

    identities as (

        select cast(null as string) as id_type, cast(null as string) as identifier
        where false

        {% for slug in var("identifiers") %}
            union all

            select '{{ slug }}' as id_type, unlike_rows.{{ quoted(slug) }} as identifier

            from unlike_rows
            where unlike_rows.{{ quoted(slug) }} is not null
        {% endfor %}

    ),

    distinct_identities as (

        select identities.id_type, identities.identifier

        from identities
        cross join spec
        group by identities.id_type, identities.identifier, spec.maximum_linked_rows
        having count(*) <= spec.maximum_linked_rows

    )

select *
from distinct_identities
