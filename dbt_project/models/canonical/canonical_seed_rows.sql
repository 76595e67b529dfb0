-- One row per row of the seed that has an identifier: the person it belongs to.
{% set unlike = ref("canonical_unlike") if var("has_unlike") or not execute %}
{% set unlike_identities = (
    ref("canonical_unlike_identities") if var("has_unlike") or not execute
) %}

with

    seed_rows as (select * from {{ ref("stg_seed") }}),

    seed_identities as (

        select * from {{ ref("canonical_seed_identities") }} where not is_dropped

    ),

    matches as (select * from {{ ref("canonical_seed_matches") }} where not is_dropped),

    identities as (

        {% for slug in var("identifiers") %}
            select
                seed_rows.row_id,
                seed_identities.id_type,
                seed_identities.identifier,
                seed_identities.seed_row_id

            from seed_rows
            inner join
                seed_identities
                on seed_identities.id_type = '{{ slug }}'
                and seed_rows.{{ quoted(slug) }} = seed_identities.identifier
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}

    ),

    found as (

        select
            identities.row_id,
            matches.row_id as member_row_id,
            matches.person_key as member_key

        from identities
        inner join
            matches
            on identities.id_type = matches.match_type
            and identities.identifier = matches.match_identifier

    ),

    -- Two seed rows that one person of the population answers to are one person.
    edges as (

        select row_id, id_type, seed_row_id as least_row_id
        from identities

        union all

        select
            row_id,
            'population person' as id_type,
            min(row_id) over (partition by member_row_id) as least_row_id
        from found

    ),

    {{ connected_rows() }},

    -- The key that the population gives the person, else that of the seed's
    -- identifiers.
    found_keys as (

        select connected.person_row_id, min(found.member_key) as person_key

        from found
        inner join connected on found.row_id = connected.row_id
        group by connected.person_row_id

    ),

    people as (

        select
            connected.person_row_id
            {% for slug in var("identifiers") %}
                ,
                min(
                    case
                        when identities.id_type = '{{ slug }}'
                        then identities.identifier
                    end
                ) as {{ quoted(slug) }}
            {% endfor %}

        from identities
        inner join connected on identities.row_id = connected.row_id
        group by connected.person_row_id

    ),

    keyed as (

        select
            connected.row_id,
            coalesce(
                found_keys.person_key,
                {{ person_key(person_id_type("people"), person_identifier("people")) }}
            ) as person_key

        from connected
        inner join people on connected.person_row_id = people.person_row_id
        left join found_keys on connected.person_row_id = found_keys.person_row_id

    ),

    {% if var("has_unlike") %}

        -- Named by the negative seed itself, or by another identifier of the person.
        unlike_rows as (

            select identities.row_id

            from identities
            inner join
                {{ unlike_identities }} as unlike_identities
                on identities.id_type = unlike_identities.id_type
                and identities.identifier = unlike_identities.identifier

            union all

            select found.row_id

            from found
            inner join {{ unlike }} as unlike on found.member_row_id = unlike.row_id

        ),

        unlike_people as (

            select keyed.person_key

            from keyed
            inner join unlike_rows on keyed.row_id = unlike_rows.row_id
            group by keyed.person_key

        ),

        told as (

            select
                keyed.row_id,
                keyed.person_key,
                unlike_people.person_key is not null as is_unlike

            from keyed
            left join unlike_people on keyed.person_key = unlike_people.person_key

        )

    {% else %} told as (select row_id, person_key, false as is_unlike from keyed)
    {% endif %}

select *
from told
