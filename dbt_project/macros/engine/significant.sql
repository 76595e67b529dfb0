{#
    A number rounded to 12 significant digits, exactly as its decimal text reads: the form in
    which every parameter is stored, so that SQL and Python score with the same number.

    significant('2 / 3.0')  ->  0.666666666667
#}
{% macro significant(number) -%}
    {{ return(adapter.dispatch("significant", "lookalike_studio")(number)) }}
{%- endmacro %}

{% macro default__significant(number) -%}
    cast(printf('%.11e', cast({{ number }} as double)) as double)
{%- endmacro %}

{# Spark calls it format_string, which turns a null into the text "null". #}
{% macro spark__significant(number) -%}
    case
        when ({{ number }}) is not null
        then cast(format_string('%.11e', cast({{ number }} as double)) as double)
    end
{%- endmacro %}
