-- One row per continuous attribute and degree of variance pooling: how well it
-- foretells held-out seed people.
{% set contrast = (ref("distribution_contrast_bins") if var("has_unlike") or not execute) %}

with

    fits as (select * from {{ ref("weight_gaussian_fits") }} where left_out_fold >= 0),

    bins as (select * from {{ ref("distribution_bins") }}),

    seed_bins as (select * from {{ ref("distribution_seed_bins") }}),

    attributes as (

        select attribute
        from {{ source("inputs", "attributes") }}
        where role = 'continuous'

    ),

    spec as (select * from {{ source("inputs", "spec") }}),

    poolings as (

        {% for variance_pooling in ["1e0", "0.5e0", "0e0"] %}
            select {{ variance_pooling }} as variance_pooling
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}

    ),

    terms as (

        select
            fits.attribute,
            poolings.variance_pooling,
            fits.left_out_fold,
            bins.bin,
            {{
                (
                    "contrast.contrast_count"
                    if var("has_unlike")
                    else "bins.reference_count"
                )
            }} as contrast_count,
            {{
                gaussian_term(
                    "bins.z",
                    "fits.seed_mean",
                    "fits.seed_variance",
                    "fits.reference_mean",
                    "fits.reference_variance",
                    "poolings.variance_pooling",
                )
            }} as term

        from fits
        inner join bins on fits.attribute = bins.attribute
        {% if var("has_unlike") %}
            inner join
                {{ contrast }} as contrast
                on bins.attribute = contrast.attribute
                and bins.bin = contrast.bin
                and fits.left_out_fold = contrast.left_out_fold
        {% endif %}
        cross join poolings

    ),

    greatest_terms as (

        select
            attribute,
            variance_pooling,
            left_out_fold,
            max(term) as greatest_term,
            sum(contrast_count) as contrast_count

        from terms
        where contrast_count > 0
        group by attribute, variance_pooling, left_out_fold

    ),

    -- ln of the mean of e^t over the reference; the greatest term is taken out first,
    -- so that no e^t overflows.
    log_means as (

        select
            greatest_terms.attribute,
            greatest_terms.variance_pooling,
            greatest_terms.left_out_fold,
            greatest_terms.greatest_term + ln(
                {{
                    exact_sum(
                        "terms.contrast_count * exp(terms.term - greatest_terms.greatest_term)"
                    )
                }}
                / greatest_terms.contrast_count
            ) as log_mean

        from greatest_terms
        inner join
            terms
            on greatest_terms.attribute = terms.attribute
            and greatest_terms.variance_pooling = terms.variance_pooling
            and greatest_terms.left_out_fold = terms.left_out_fold
        where terms.contrast_count > 0
        group by
            greatest_terms.attribute,
            greatest_terms.variance_pooling,
            greatest_terms.left_out_fold,
            greatest_terms.greatest_term,
            greatest_terms.contrast_count

    ),

    gains as (

        select
            terms.attribute,
            terms.variance_pooling,
            {{ exact_sum("seed_bins.seed_count * (terms.term - log_means.log_mean)") }}
            as held_out_gain

        from terms
        inner join
            seed_bins
            on terms.attribute = seed_bins.attribute
            and terms.bin = seed_bins.bin
            and terms.left_out_fold = seed_bins.fold
        inner join
            log_means
            on terms.attribute = log_means.attribute
            and terms.variance_pooling = log_means.variance_pooling
            and terms.left_out_fold = log_means.left_out_fold
        group by terms.attribute, terms.variance_pooling

    ),

    -- Full pooling starts one nat ahead; of equal ones the stronger pooling wins.
    ranked as (

        select
            attributes.attribute,
            poolings.variance_pooling,
            coalesce(gains.held_out_gain, 0e0) as held_out_gain,
            spec.variance_pooling as asked_variance_pooling,
            row_number() over (
                partition by attributes.attribute
                order by
                    coalesce(gains.held_out_gain, 0e0)
                    + case when poolings.variance_pooling = 1 then 1 else 0 end desc,
                    poolings.variance_pooling desc
            ) as gain_rank

        from attributes
        cross join poolings
        cross join spec
        left join
            gains
            on attributes.attribute = gains.attribute
            and poolings.variance_pooling = gains.variance_pooling

    ),

    chosen as (

        select
            attribute,
            variance_pooling,
            {{ significant("held_out_gain") }} as held_out_gain,
            case
                when asked_variance_pooling is null
                then gain_rank = 1
                else variance_pooling = asked_variance_pooling
            end as is_chosen

        from ranked

    )

select *
from chosen
