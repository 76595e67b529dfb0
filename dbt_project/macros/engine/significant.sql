{#
    A number rounded to 12 significant digits, exactly as its decimal text reads: the form in
    which every parameter is stored, so that SQL and Python score with the same number.

    significant('2 / 3.0')  ->  0.666666666667
#}
{% macro significant(number, digits=12) -%}
    {{ return(adapter.dispatch("significant", "lookalike_studio")(number, digits)) }}
{%- endmacro %}

{% macro default__significant(number, digits=12) -%}
    cast(printf('%.{{ digits - 1 }}e', cast({{ number }} as double)) as double)
{%- endmacro %}

{# Spark calls it format_string, which turns a null into the text "null". #}
{% macro spark__significant(number, digits=12) -%}
    case
        when ({{ number }}) is not null
        then
            cast(
                format_string(
                    '%.{{ digits - 1 }}e', cast({{ number }} as double)
                ) as double
            )
    end
{%- endmacro %}
