-- One row per left-out fold and continuous attribute: the published pipeline's kernel
-- around the seed's mean.
with

    moments as (select * from {{ ref("distribution_moments") }}),

    spec as (select * from {{ source("inputs", "spec") }}),

    kernels as (

        select
            moments.left_out_fold,
            moments.attribute,
            moments.centre,
            moments.scale,
            moments.seed_mean,
            case
                when {{ tells_apart("moments.seed_variance") }}
                then {{ significant("sqrt(moments.seed_variance)") }}
                else 0e0
            end as seed_deviation,
            spec.as_published_nulls as is_required

        from moments
        cross join spec

    )

select *
from kernels
