-- One row per person, merged from the population rows that share an identifier; empty
-- where the key is unique.
with

    people as (

        select *
        from {{ ref("stg_population") }}
        {% if not var("resolve_people") %} where false {% endif %}

    ),

    {% if var("resolve_people") %}

        keyed as (

            select
                people.*,
                {{ person_key(person_id_type("people"), person_identifier("people")) }}
                as person_key

            from people
            where {{ person_identifier("people") }} is not null

        ),

        repeated as (

            select person_key from keyed group by person_key having count(*) > 1

        ),

        -- Most people have one row, and nothing to merge.
        merged as (

            select
                keyed.row_id
                {{ identifier_columns("keyed") }}
                {{ attribute_columns("keyed") }}

            from keyed
            left join repeated on keyed.person_key = repeated.person_key
            where repeated.person_key is null

            union all

            select
                min(keyed.row_id) as row_id
                {% for slug in var("identifiers") %}
                    , min(keyed.{{ quoted(slug) }}) as {{ quoted(slug) }}
                {% endfor %}
                {{ merged_attributes("keyed") }}

            from keyed
            inner join repeated on keyed.person_key = repeated.person_key
            group by keyed.person_key

        )

    {% else %}

        merged as (

            select
                people.row_id
                {{ identifier_columns("people") }}
                {{ attribute_columns("people") }}

            from people

        )

    {% endif %}

select *
from merged
