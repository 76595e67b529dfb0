{#
    The cell a number lies in: fine near the centre, coarse far away, monotone, and made of
    operations that are exact on every engine (two square roots, no power).

    cell('2.0', '1.0', '1.0')  ->  1024; null for null, which greatest and least would pass over
#}
{% macro cell(number, centre, scale) -%}
    case
        when {{ number }} is not null
        then
            cast(
                greatest(
                    least(
                        sign({{ number }} - {{ centre }}) * floor(
                            1024
                            * sqrt(sqrt(abs({{ number }} - {{ centre }}) / {{ scale }}))
                        ),
                        1073741824
                    ),
                    -1073741824
                ) as bigint
            )
    end
{%- endmacro %}
