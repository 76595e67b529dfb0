-- One row per person of the population who is in the negative seed, by whichever
-- identifier, with the population's attributes.
{% set members = ref("canonical_members") %}
{% set linked_rows = ref("canonical_identified_rows") %}
{% set found_rows = ref("stg_population_found") %}
{% set people = members if var("resolve_people") else kept(found_rows) %}
{% set identified_rows = linked_rows if var("resolve_people") else found_rows %}

with

    unlike_identities as (select * from {{ ref("canonical_unlike_identities") }}),

    linked as (select * from {{ ref("canonical_linked_rows") }}),

    spec as (select * from {{ source("inputs", "spec") }}),

    -- By every row of a person, since a person has more identifiers than columns.
    matches as (

        {% for slug in var("identifiers") %}
            select
                coalesce(linked.person_row_id, identified.row_id) as row_id,
                unlike_identities.id_type,
                unlike_identities.identifier

            from {{ identified_rows }} as identified
            inner join
                unlike_identities
                on unlike_identities.id_type = '{{ slug }}'
                and identified.{{ quoted(slug) }} = unlike_identities.identifier
            left join linked on identified.row_id = linked.row_id
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}

    ),

    counts as (

        select id_type, identifier, count(distinct row_id) as people_count
        from matches
        group by id_type, identifier

    ),

    found as (

        select matches.row_id

        from matches
        inner join
            counts
            on matches.id_type = counts.id_type
            and matches.identifier = counts.identifier
        cross join spec
        where counts.people_count <= spec.maximum_linked_rows
        group by matches.row_id

    ),

    keyed as (

        select
            people.row_id,
            {{ person_key(person_id_type("people"), person_identifier("people")) }}
            as person_key
            {{ attribute_columns("people") }}

        from {{ people }} as people
        inner join found on people.row_id = found.row_id

    ),

    folded as (

        select
            keyed.row_id,
            keyed.person_key,
            {{ fold("keyed.person_key") }} as fold
            {{ attribute_columns("keyed") }}

        from keyed

    )

select *
from folded
