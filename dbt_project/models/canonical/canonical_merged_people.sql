-- One row per person, merged from the rows that shared identifiers connect; empty where
-- the key is unique.
{% set identified_rows = ref("canonical_identified_rows") %}
{% set merges = [
    ("= 2", merged_pair("people", with_protected=true)),
    ("> 2", merged_attributes("people", with_protected=true)),
] %}

with

    linked as (select * from {{ ref("canonical_linked_rows") }}),

    sizes as (

        select person_row_id, count(*) as row_count from linked group by person_row_id

    ),

    -- Most people have one row, and nothing to merge. Of two rows neither value is the
    -- more frequent one and the median is the middle: cheaper than to ask for them.
    merged as (

        select
            people.row_id,
            cast(1 as bigint) as row_count
            {{ identifier_columns("people") }}
            {{ attribute_columns("people", with_protected=true) }}
            {{ mark_columns("people") }}

        from {{ identified_rows }} as people
        left join linked on people.row_id = linked.row_id
        where
            linked.row_id is null and {{ person_identifier("people") }} is not null
            {% if not var("resolve_people") %} and false {% endif %}

        {% for rows_of_person, merged_columns in merges
            if var("resolve_people") %}
            union all

            select
                linked.person_row_id as row_id,
                cast(count(*) as bigint) as row_count
                {% for slug in var("identifiers") + var("carried_identifiers") %}
                    , min(people.{{ quoted(slug) }}) as {{ quoted(slug) }}
                {% endfor %}
                {{ merged_columns }}
                {{ merged_marks("people") }}

            from {{ identified_rows }} as people
            inner join linked on people.row_id = linked.row_id
            inner join
                sizes
                on linked.person_row_id = sizes.person_row_id
                and sizes.row_count {{ rows_of_person }}
            group by linked.person_row_id
        {% endfor %}

    )

select *
from merged
