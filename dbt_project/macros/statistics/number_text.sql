{#
    A number as a person would write it: a whole one without its `.0`, another to six
    significant digits.

    number_text('18e0')          ->  18
    number_text('66156.333658')  ->  66156.3
#}
{% macro number_text(number) -%}
    regexp_replace(
        cast(
            case
                when cast({{ number }} as double) % 1 = 0
                then cast({{ number }} as double)
                else {{ significant(number, 6) }}
            end as string
        ),
        '[.]0$',
        ''
    )
{%- endmacro %}
