{#
    Within each group the column adds up to a column of another relation with the same keys.

    arguments: {column: reference_count, by: [attribute], keys: [], to: ref('x'), total: n}
#}
{% test sums_to(model, column, by, to, total, keys=[]) %}
    with

        sums as (

            select
                {% for key in by %} {{ key }}, {% endfor %}
                sum({{ column }}) as people_count
            from {{ model }}
            group by {{ by | join(", ") }}

        )

    select sums.*
    from sums
    inner join
        {{ to }} as totals
        on {% for key in keys %} sums.{{ key }} = totals.{{ key }} and {% endfor %} true
    where sums.people_count <> totals.{{ total }}
{% endtest %}
