{#
    Log of how much denser the seed's normal curve is than the reference's at z.

    gaussian_log_ratio(40, 40, 25, 30, 100)  ->  1.193
#}
{% macro gaussian_log_ratio(
    z, seed_mean, seed_variance, reference_mean, reference_variance
) -%}
    (
        0.5e0 * (
            ln({{ reference_variance }} / {{ seed_variance }})
            + ({{ z }} - {{ reference_mean }})
            * ({{ z }} - {{ reference_mean }})
            / {{ reference_variance }}
            - ({{ z }} - {{ seed_mean }})
            * ({{ z }} - {{ seed_mean }})
            / {{ seed_variance }}
        )
    )
{%- endmacro %}
