-- One row per identifier of the seed and person of the population who has it, with the
-- population's attributes.
{% set merged_people = ref("canonical_merged_people") %}
{% set found_rows = ref("stg_population_found") %}
{% set identified_rows = ref("canonical_identified_rows") %}

with

    seed_identities as (

        select id_type, identifier
        from {{ ref("canonical_seed_identities") }}
        where not is_dropped

    ),

    linked as (select * from {{ ref("canonical_linked_rows") }}),

    spec as (select * from {{ source("inputs", "spec") }}),

    {% if var("resolve_people") %}

        -- By every row of a person, since a person has more identifiers than columns.
        row_matches as (

            {% for slug in var("identifiers") %}
                select
                    coalesce(linked.person_row_id, people.row_id) as row_id,
                    seed_identities.id_type,
                    seed_identities.identifier

                from {{ identified_rows }} as people
                inner join
                    seed_identities
                    on seed_identities.id_type = '{{ slug }}'
                    and people.{{ quoted(slug) }} = seed_identities.identifier
                left join linked on people.row_id = linked.row_id
                {% if not loop.last %}
                    union all
                {% endif %}
            {% endfor %}

        ),

        distinct_matches as (

            select row_id, id_type, identifier
            from row_matches
            group by row_id, id_type, identifier

        ),

        matches as (

            select
                distinct_matches.id_type,
                distinct_matches.identifier,
                members.row_id
                {{ identifier_columns("members") }}
                {{ attribute_columns("members") }}
                {{ mark_columns("members") }}

            from distinct_matches
            inner join
                {{ merged_people }} as members
                on distinct_matches.row_id = members.row_id

        ),

    {% else %}

        -- One pass, whatever number of identifiers the rows have.
        found as (

            select
                members.row_id
                {{ identifier_columns("members") }}
                {{ attribute_columns("members") }}
                {{ mark_columns("members") }}
                {% for slug in var("identifiers") %}
                    , found_by_{{ slug }}.identifier is not null as _found_by_{{ slug }}
                {% endfor %}

            from {{ found_rows }} as members
            {% for slug in var("identifiers") %}
                left join
                    seed_identities as found_by_{{ slug }}
                    on found_by_{{ slug }}.id_type = '{{ slug }}'
                    and members.{{ quoted(slug) }} = found_by_{{ slug }}.identifier
            {% endfor %}
            where
                {% for slug in var("identifiers") %}
                    found_by_{{ slug }}.identifier is not null
                    {% if not loop.last %} or {% endif %}
                {% endfor %}

        ),

        matches as (

            {% for slug in var("identifiers") %}
                select
                    '{{ slug }}' as id_type,
                    found.{{ quoted(slug) }} as identifier,
                    found.row_id
                    {{ identifier_columns("found") }}
                    {{ attribute_columns("found") }}
                    {{ mark_columns("found") }}

                from found
                where found._found_by_{{ slug }}
                {% if not loop.last %}
                    union all
                {% endif %}
            {% endfor %}

        ),

    {% endif %}

    counts as (

        select id_type, identifier, count(*) as people_count
        from matches
        group by id_type, identifier

    ),

    keyed as (

        select
            matches.id_type as match_type,
            matches.identifier as match_identifier,
            matches.row_id,
            {{ person_key(person_id_type("matches"), person_identifier("matches")) }}
            as person_key,
            counts.people_count > spec.maximum_linked_rows as is_dropped
            {{ attribute_columns("matches") }}
            {{ mark_columns("matches") }}

        from matches
        inner join
            counts
            on matches.id_type = counts.id_type
            and matches.identifier = counts.identifier
        cross join spec

    )

select *
from keyed
