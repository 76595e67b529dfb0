{#
    A polynomial by Horner's rule; the coefficients stand as text, least power first, so that
    the engine reads every digit of them as a double.

    polynomial(['1e0', '2e0'], 'x')  ->  (2e0 * x + 1e0)
#}
{% macro polynomial(coefficients, variable) -%}
    {%- set written = namespace(sum=coefficients[-1]) -%}
    {%- for coefficient in coefficients[:-1] | reverse -%}
        {%- set written.sum = (
            "(" ~ written.sum ~ " * " ~ variable ~ " + " ~ coefficient ~ ")"
        ) -%}
    {%- endfor -%}
    {{ return(written.sum) }}
{%- endmacro %}
