-- One row per row of the population, without the identifiers that link too many rows:
-- those stand for nobody.
with

    people as (select * from {{ ref("stg_population") }}),

    dropped as (

        select id_type, identifier
        from {{ ref("canonical_repeated_identities") }}
        where is_dropped

    ),

    identified as (

        select
            people.row_id
            {% for slug in var("identifiers") %}
                ,
                case
                    when dropped_{{ slug }}.identifier is null
                    then people.{{ quoted(slug) }}
                end as {{ quoted(slug) }}
            {% endfor %}
            {% for slug in var("carried_identifiers") %}
                , people.{{ quoted(slug) }}
            {% endfor %}
            {{ attribute_columns("people", with_protected=true) }}
            {{ mark_columns("people") }}

        from people
        {% for slug in var("identifiers") %}
            left join
                dropped as dropped_{{ slug }}
                on dropped_{{ slug }}.id_type = '{{ slug }}'
                and people.{{ quoted(slug) }} = dropped_{{ slug }}.identifier
        {% endfor %}

    )

select *
from identified
