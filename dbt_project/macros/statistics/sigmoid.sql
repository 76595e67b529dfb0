{#
    Log odds as a number between 0 and 1, without overflow at either end.

    sigmoid(0)  ->  0.5
#}
{% macro sigmoid(log_odds) -%}
    (
        case
            when {{ log_odds }} >= 0
            then 1 / (1 + exp(- ({{ log_odds }})))
            else exp({{ log_odds }}) / (1 + exp({{ log_odds }}))
        end
    )
{%- endmacro %}
