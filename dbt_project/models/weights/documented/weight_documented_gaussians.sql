-- One row per left-out fold and continuous attribute on which the seed varies: the
-- seed's normal curve over raw values.
with

    moments as (select * from {{ ref("distribution_moments") }}),

    curves as (

        select
            left_out_fold,
            attribute,
            centre,
            scale,
            seed_mean,
            seed_variance,
            {{
                significant(
                    "reference_variance + (reference_mean - seed_mean) * (reference_mean - seed_mean)"
                )
            }}
            as reference_mean_square

        from moments
        where {{ tells_apart("seed_variance") }}

    )

select *
from curves
