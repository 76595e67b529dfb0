{#
    How many people have each value of each attribute, in one pass over the relation; people
    without a value stand under `is_missing`. `carried` are columns to group by as well,
    `counted` is what a person counts.

    value_counts('people', ['job', 'day'])  ->  attribute, is_missing, attribute_value, people_count
#}
{% macro value_counts(relation, attributes, carried=[], counted="count(*)") -%}
    {%- if attributes -%}
        select
            {% for column in carried %} people.{{ quoted(column) }}, {% endfor %}
            case
                {% for slug in attributes %}
                    when grouping(people.{{ quoted(slug) }}) = 0 then '{{ slug }}'
                {% endfor %}
            end as attribute,
            coalesce(
                {% for slug in attributes %}people.{{ quoted(slug) }}, {% endfor %} ''
            ) as attribute_value,
            coalesce(
                {% for slug in attributes %}
                    people.{{ quoted(slug) }}{% if not loop.last %},{% endif %}
                {% endfor %}
            )
            is null as is_missing,
            {{ counted }} as people_count

        from {{ relation }} as people
        group by
            grouping sets (
                {% for slug in attributes %}
                    (
                        {% for column in carried %}
                            people.{{ quoted(column) }},
                        {% endfor %} people.{{ quoted(slug) }}
                    )
                    {% if not loop.last %}, {% endif %}
                {% endfor %}
            )
    {%- else -%}
        select
            {% for column in carried %} people.{{ quoted(column) }},
            {% endfor %}
            cast(null as string) as attribute,
            cast(null as string) as attribute_value,
            cast(null as boolean) as is_missing,
            cast(null as bigint) as people_count

        from {{ relation }} as people
        where false
    {%- endif -%}
{%- endmacro %}
