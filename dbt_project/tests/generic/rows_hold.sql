{#
    Every row meets every condition; one test and one scan for a whole relation. A condition
    that is null counts as broken.

    arguments: {conditions: ["reference_share > 0", "attribute is not null"]}
#}
{% test rows_hold(model, conditions) %}
    select *
    from {{ model }}
    where
        {% for condition in conditions %}
            not coalesce({{ condition }}, false) {% if not loop.last %} or {% endif %}
        {% endfor %}
{% endtest %}
