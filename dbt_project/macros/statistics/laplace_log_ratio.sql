{#
    Natural log of the seed's share of a value over the reference's, one imaginary person
    added to each value on either side.

    laplace_log_ratio(9, 18, 4, 48, 2)  ->  ln((9 + 1) / (18 + 2)) - ln((4 + 1) / (48 + 2)) = 1.609
#}
{% macro laplace_log_ratio(
    seed_count, seed_total, reference_count, reference_total, value_count
) -%}
    ln(({{ seed_count }} + 1e0) / ({{ seed_total }} + {{ value_count }}))
    - ln(({{ reference_count }} + 1e0) / ({{ reference_total }} + {{ value_count }}))
{%- endmacro %}
