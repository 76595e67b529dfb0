{#
    What a value at z says: the log ratio with the seed's own variance and the one with the
    reference's variance, mixed by `variance_pooling` (1 trusts the seed's variance not at all).

    gaussian_term(1, 1, 4, 0, 1, 0.5)  ->  0.5 * (-0.1931) + 0.5 * 0.5 = 0.1534
#}
{% macro gaussian_term(
    z,
    seed_mean,
    seed_variance,
    reference_mean,
    reference_variance,
    variance_pooling
) -%}
    (
        (1 - {{ variance_pooling }})
        * {{
            gaussian_log_ratio(
                z, seed_mean, seed_variance, reference_mean, reference_variance
            )
        }}
        + {{ variance_pooling }}
        * {{
            gaussian_log_ratio(
                z, seed_mean, reference_variance, reference_mean, reference_variance
            )
        }}
    )
{%- endmacro %}
