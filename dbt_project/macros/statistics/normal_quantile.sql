{#
    The z below which a share of a standard normal curve lies, for a share strictly between
    0 and 1: algorithm AS 241 (PPND16) of M. J. Wichura, Applied Statistics 37 (1988), good to
    about 1 part in 10^16. Pass a column or a literal: the expression is written out often.

    normal_quantile('0.975e0')  ->  1.959963984540054
#}
{% macro normal_quantile(share) -%}
    {%- set middle_numerator = [
        "3.3871328727963666080e0",
        "1.3314166789178437745e+2",
        "1.9715909503065514427e+3",
        "1.3731693765509461125e+4",
        "4.5921953931549871457e+4",
        "6.7265770927008700853e+4",
        "3.3430575583588128105e+4",
        "2.5090809287301226727e+3",
    ] -%}
    {%- set middle_denominator = [
        "1e0",
        "4.2313330701600911252e+1",
        "6.8718700749205790830e+2",
        "5.3941960214247511077e+3",
        "2.1213794301586595867e+4",
        "3.9307895800092710610e+4",
        "2.8729085735721942674e+4",
        "5.2264952788528545610e+3",
    ] -%}
    {%- set outer_numerator = [
        "1.42343711074968357734e0",
        "4.63033784615654529590e0",
        "5.76949722146069140550e0",
        "3.64784832476320460504e0",
        "1.27045825245236838258e0",
        "2.41780725177450611770e-1",
        "2.27238449892691845833e-2",
        "7.74545014278341407640e-4",
    ] -%}
    {%- set outer_denominator = [
        "1e0",
        "2.05319162663775882187e0",
        "1.67638483018380384940e0",
        "6.89767334985100004550e-1",
        "1.48103976427480074590e-1",
        "1.51986665636164571966e-2",
        "5.47593808499534494600e-4",
        "1.05075007164441684324e-9",
    ] -%}
    {%- set tail_numerator = [
        "6.65790464350110377720e0",
        "5.46378491116411436990e0",
        "1.78482653991729133580e0",
        "2.96560571828504891230e-1",
        "2.65321895265761230930e-2",
        "1.24266094738807843860e-3",
        "2.71155556874348757815e-5",
        "2.01033439929228813265e-7",
    ] -%}
    {%- set tail_denominator = [
        "1e0",
        "5.99832206555887937690e-1",
        "1.36929880922735805310e-1",
        "1.48753612908506148525e-2",
        "7.86869131145613259100e-4",
        "1.84631831751005468180e-5",
        "1.42151175831644588870e-7",
        "2.04426310338993978564e-15",
    ] -%}
    {%- set offset = "(" ~ share ~ " - 0.5e0)" -%}
    {%- set middle = "(0.180625e0 - " ~ offset ~ " * " ~ offset ~ ")" -%}
    {%- set depth = "sqrt(-ln(least(" ~ share ~ ", 1 - " ~ share ~ ")))" -%}
    {%- set outer = "(" ~ depth ~ " - 1.6e0)" -%}
    {%- set tail = "(" ~ depth ~ " - 5e0)" -%}
    (
        case
            when abs({{ offset }}) <= 0.425e0
            then
                {{ offset }}
                * {{ polynomial(middle_numerator, middle) }}
                / {{ polynomial(middle_denominator, middle) }}
            when {{ depth }} <= 5e0
            then
                sign({{ offset }})
                * {{ polynomial(outer_numerator, outer) }}
                / {{ polynomial(outer_denominator, outer) }}
            else
                sign({{ offset }})
                * {{ polynomial(tail_numerator, tail) }}
                / {{ polynomial(tail_denominator, tail) }}
        end
    )
{%- endmacro %}
