-- One row per person of the population who is in the seed, with the population's
-- attributes.
with

    members as (select * from {{ ref("canonical_members") }}),

    seed_identities as (select * from {{ ref("canonical_seed_identities") }}),

    matched as (

        select
            members.row_id,
            case
                {% for slug in var("identifiers") %}
                    when found_by_{{ slug }}.person_key is not null
                    then found_by_{{ slug }}.person_key
                {% endfor %}
            end as person_key
            {{ attribute_columns("members") }}

        from members
        {% for slug in var("identifiers") %}
            left join
                (
                    select identifier, person_key
                    from seed_identities
                    where id_type = '{{ slug }}'
                ) as found_by_{{ slug }}
                on members.{{ quoted(slug) }} = found_by_{{ slug }}.identifier
        {% endfor %}
        where
            {% for slug in var("identifiers") %}
                found_by_{{ slug }}.person_key is not null
                {% if not loop.last %} or {% endif %}
            {% endfor %}

    )

select *
from matched
