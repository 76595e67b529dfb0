{#
    The step of 1/1024 natural-log unit that a log odds lies in: fine enough for every figure
    over everybody, and one small table instead of a sort of all people.

    score_step('0.5')  ->  512
#}
{% macro score_step(log_odds) -%}
    cast(
        greatest(
            least(floor({{ log_odds }} * 1024), 9007199254740992), -9007199254740992
        ) as bigint
    )
{%- endmacro %}
