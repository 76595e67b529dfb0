{#
    True where a centred variance is more than the noise of the arithmetic: a seed of one value
    has none.

    tells_apart('0.25')  ->  true
#}
{% macro tells_apart(variance) -%} ({{ variance }} > 1e-14) {%- endmacro %}
