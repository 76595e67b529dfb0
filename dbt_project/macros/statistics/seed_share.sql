{#
    The share of a value in the seed, drawn towards its share in the reference as if
    `smoothing` people more had been asked.

    seed_share(10, 100, 0.2, 30)  ->  (10 + 30 * 0.2) / (100 + 30) = 0.1231
#}
{% macro seed_share(count, total, reference_share, smoothing) -%}
    (
        ({{ count }} + {{ smoothing }} * {{ reference_share }})
        / ({{ total }} + {{ smoothing }})
    )
{%- endmacro %}
