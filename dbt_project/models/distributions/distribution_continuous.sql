-- One row per left-out fold and continuous attribute: the mean and variance of z on
-- both sides.
{% set contrast = (ref("distribution_contrast_bins") if var("has_unlike") or not execute) %}

with

    attributes as (

        select attribute
        from {{ source("inputs", "attributes") }}
        where role = 'continuous'

    ),

    totals as (select * from {{ ref("distribution_totals") }}),

    bins as (select * from {{ ref("distribution_bins") }}),

    seed_bins as (select * from {{ ref("distribution_seed_bins") }}),

    missing_cells as (select * from {{ ref("distribution_cells") }} where is_missing),

    reference_counts as (

        select
            attribute,
            sum(reference_count) as reference_count,
            count(case when reference_count > 0 then 1 end) as reference_value_count

        from bins
        group by attribute

    ),

    contrast_bins as (

        {% if var("has_unlike") %}
            select
                contrast.left_out_fold, bins.attribute, bins.z, contrast.contrast_count

            from bins
            inner join
                {{ contrast }} as contrast
                on bins.attribute = contrast.attribute
                and bins.bin = contrast.bin
        {% else %}
            select
                cast(null as integer) as left_out_fold,
                attribute,
                z,
                reference_count as contrast_count
            from bins
        {% endif %}

    ),

    contrast_means as (

        select
            left_out_fold,
            attribute,
            sum(contrast_count) as contrast_count,
            {{ exact_sum("contrast_count * z") }}
            / greatest(sum(contrast_count), 1) as z_mean

        from contrast_bins
        group by left_out_fold, attribute

    ),

    contrast_moments as (

        select
            contrast_means.left_out_fold,
            contrast_means.attribute,
            contrast_means.z_mean,
            {{
                exact_sum(
                    "contrast_bins.contrast_count * (contrast_bins.z - contrast_means.z_mean) * (contrast_bins.z - contrast_means.z_mean)"
                )
            }}
            / greatest(contrast_means.contrast_count, 1) as z_variance

        from contrast_means
        inner join
            contrast_bins
            on contrast_means.attribute = contrast_bins.attribute
            and contrast_means.left_out_fold
            is not distinct from contrast_bins.left_out_fold
        group by
            contrast_means.left_out_fold,
            contrast_means.attribute,
            contrast_means.contrast_count,
            contrast_means.z_mean

    ),

    seed_in_bins as (

        select
            totals.left_out_fold,
            seed_bins.attribute,
            bins.z,
            sum(seed_bins.seed_count) as seed_count

        from seed_bins
        inner join totals on seed_bins.fold <> totals.left_out_fold
        inner join
            bins on seed_bins.attribute = bins.attribute and seed_bins.bin = bins.bin
        group by totals.left_out_fold, seed_bins.attribute, bins.bin, bins.z

    ),

    seed_means as (

        select
            left_out_fold,
            attribute,
            sum(seed_count) as seed_count,
            {{ exact_sum("seed_count * z") }} / greatest(sum(seed_count), 1) as z_mean

        from seed_in_bins
        group by left_out_fold, attribute

    ),

    seed_moments as (

        select
            seed_means.left_out_fold,
            seed_means.attribute,
            seed_means.seed_count,
            seed_means.z_mean,
            {{
                exact_sum(
                    "seed_in_bins.seed_count * (seed_in_bins.z - seed_means.z_mean) * (seed_in_bins.z - seed_means.z_mean)"
                )
            }}
            / greatest(seed_means.seed_count, 1) as z_variance

        from seed_means
        inner join
            seed_in_bins
            on seed_means.left_out_fold = seed_in_bins.left_out_fold
            and seed_means.attribute = seed_in_bins.attribute
        group by
            seed_means.left_out_fold,
            seed_means.attribute,
            seed_means.seed_count,
            seed_means.z_mean

    ),

    seed_missing as (

        select
            totals.left_out_fold,
            seed_bins.attribute,
            sum(seed_bins.seed_count) as seed_missing_count

        from seed_bins
        inner join totals on seed_bins.fold <> totals.left_out_fold
        where seed_bins.is_missing
        group by totals.left_out_fold, seed_bins.attribute

    ),

    both_sides as (

        select
            totals.left_out_fold,
            attributes.attribute,
            cast(coalesce(seed_moments.seed_count, 0) as double) as seed_count,
            cast(
                coalesce(seed_missing.seed_missing_count, 0) as double
            ) as seed_missing_count,
            coalesce(seed_moments.z_mean, 0e0) as seed_z_mean,
            coalesce(seed_moments.z_variance, 0e0) as seed_z_variance,
            cast(
                coalesce(reference_counts.reference_count, 0) as bigint
            ) as reference_count,
            cast(
                coalesce(missing_cells.reference_count, 0) as bigint
            ) as reference_missing_count,
            coalesce(contrast_moments.z_mean, 0e0) as reference_z_mean,
            coalesce(contrast_moments.z_variance, 0e0) as reference_z_variance,
            cast(
                coalesce(reference_counts.reference_value_count, 0) as bigint
            ) as reference_value_count,
            cast(
                {{ quantile_clip("totals.reference_total") }} as double
            ) as quantile_clip,
            cast(
                coalesce(
                    {{
                        (
                            "contrast_missing.contrast_count"
                            if var("has_unlike")
                            else "missing_cells.reference_count"
                        )
                    }},
                    0
                ) as double
            ) as contrast_missing_count

        from attributes
        cross join totals
        left join reference_counts on attributes.attribute = reference_counts.attribute
        left join
            contrast_moments
            on attributes.attribute = contrast_moments.attribute
            and totals.left_out_fold
            = coalesce(contrast_moments.left_out_fold, totals.left_out_fold)
        {% if var("has_unlike") %}
            left join
                {{ contrast }} as contrast_missing
                on attributes.attribute = contrast_missing.attribute
                and totals.left_out_fold = contrast_missing.left_out_fold
                and contrast_missing.bin is null
        {% endif %}
        left join missing_cells on attributes.attribute = missing_cells.attribute
        left join
            seed_moments
            on attributes.attribute = seed_moments.attribute
            and totals.left_out_fold = seed_moments.left_out_fold
        left join
            seed_missing
            on attributes.attribute = seed_missing.attribute
            and totals.left_out_fold = seed_missing.left_out_fold

    )

select *
from both_sides
