{#
    Where each value of a continuous attribute lies: its cell, and its part of a cell that
    frequent values split (even parts lie between them, odd ones hold one of them). A discrete
    attribute has one cell and its exact value instead. A missing value has cell null.

    `attributes` and `frequent_cells` are relations with the centre, scale and frequent values;
    `carried` are columns of the relation to keep.
#}
{% macro placed_values(relation, attribute, attributes, frequent_cells, carried=[]) -%}
    {%- if attribute in var("discrete") %}
        select
            {% for column in carried %} people.{{ quoted(column) }},{% endfor %}
            people.{{ quoted(attribute) }} as number,
            people.{{ quoted(attribute) }} as exact_value,
            case when people.{{ quoted(attribute) }} is not null then 0 end as cell,
            0 as cell_part
        from {{ relation }} as people
    {%- else %}
        select
            {% for column in carried %} people.{{ quoted(column) }},
            {% endfor %}
            people.number,
            0e0 as exact_value,
            people.cell,
            case
                when frequent.listed_values is null
                then 0
                else
                    2 * {{ listed_below("frequent.listed_values", "people.number") }}
                    + case
                        when {{ is_listed("frequent.listed_values", "people.number") }}
                        then 1
                        else 0
                    end
            end as cell_part
        from
            (
                select
                    {% for column in carried %} rows_of.{{ quoted(column) }},
                    {% endfor %}
                    rows_of.{{ quoted(attribute) }} as number,
                    {{
                        cell(
                            "rows_of." ~ quoted(attribute),
                            "settings.centre",
                            "settings.scale",
                        )
                    }} as cell
                from {{ relation }} as rows_of
                cross join
                    (
                        select centre, scale
                        from {{ attributes }}
                        where attribute = '{{ attribute }}'
                    ) as settings
            ) as people
        left join
            (
                select cell, listed_values
                from {{ frequent_cells }}
                where attribute = '{{ attribute }}'
            ) as frequent
            on people.cell = frequent.cell
    {%- endif %}
{%- endmacro %}
