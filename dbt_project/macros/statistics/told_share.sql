{#
    The share that some people are of others: null for fewer than 25, be it nobody, and 1
    for all but fewer than 25. Between two seeds that differ by a person it would tell of them.

    told_share(24, 100), told_share(25, 100), told_share(80, 100)  ->  null, 0.25, 1
#}
{% macro told_share(part, whole) -%}
    case
        when {{ part }} < 25
        then null
        when {{ whole }} - {{ part }} < 25
        then 1e0
        else {{ part }} / ({{ whole }} * 1e0)
    end
{%- endmacro %}
