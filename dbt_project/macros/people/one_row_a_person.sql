{#
    Steps of a query that merge the rows of each person, named by `person_key`, to one: `people`,
    with the attributes. Most people have one row, and nothing to merge.

    one_row_a_person('described')  ->  repeated as (...), people as (...)
#}
{% macro one_row_a_person(rows) -%}
    repeated as (

        select person_key from {{ rows }} group by person_key having count(*) > 1

    ),

    people as (

        select {{ rows }}.person_key {{ attribute_columns(rows) }}

        from {{ rows }}
        left join repeated on {{ rows }}.person_key = repeated.person_key
        where repeated.person_key is null

        union all

        select {{ rows }}.person_key {{ merged_attributes(rows) }}

        from {{ rows }}
        inner join repeated on {{ rows }}.person_key = repeated.person_key
        group by {{ rows }}.person_key

    )
{%- endmacro %}
