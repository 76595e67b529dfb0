-- One row per identifier of a person of the audience; empty where people have one
-- column for each identifier they have.
{% set identified_rows = ref("canonical_identified_rows") %}
{% set is_resolved = var("resolve_people") and var("identifiers") | length > 1 %}

with

    audience_members as (select * from {{ ref("audience_members") }}),

    linked as (select * from {{ ref("canonical_linked_rows") }}),

    {% if is_resolved %}
        member_rows as (

            select audience_members.person_key, linked.row_id

            from audience_members
            inner join linked on audience_members.row_id = linked.person_row_id

            union all

            select audience_members.person_key, audience_members.row_id

            from audience_members
            left join linked on audience_members.row_id = linked.person_row_id
            where linked.row_id is null and audience_members.row_id is not null

        ),
    {% endif %}

    identities as (

        select
            seed_people.person_key, seed_identities.id_type, seed_identities.identifier

        from {{ ref("canonical_seed_identities") }} as seed_identities
        inner join
            {{ ref("canonical_seed_rows") }} as seed_people
            on seed_identities.seed_row_id = seed_people.row_id
        inner join
            audience_members on seed_people.person_key = audience_members.person_key
        where
            not seed_identities.is_dropped
            and {{ "audience_members.is_seed" if is_resolved else "false" }}

        {% if is_resolved %}
            {% for slug in var("identifiers") %}
                union all

                select
                    member_rows.person_key,
                    '{{ slug }}' as id_type,
                    people.{{ quoted(slug) }} as identifier

                from {{ identified_rows }} as people
                inner join member_rows on people.row_id = member_rows.row_id
                where people.{{ quoted(slug) }} is not null
            {% endfor %}
        {% endif %}

    ),

    distinct_identities as (

        select person_key, id_type, identifier
        from identities
        group by person_key, id_type, identifier

    )

select *
from distinct_identities
