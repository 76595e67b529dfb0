-- One row per value of a categorical attribute or tenth of a continuous one with 25
-- reference people or more. What fewer than 25 seed people have, has no share of the
-- seed, and neither has what would give it away by subtraction.
with

    weights as (
        select * from {{ ref("weight_scorer_attributes") }} where left_out_fold = -1
    ),

    totals as (select * from {{ ref("distribution_totals") }} where left_out_fold = -1),

    value_weights as (

        select * from {{ ref("weight_values") }} where left_out_fold = -1

    ),

    value_counts as (

        select * from {{ ref("distribution_categorical") }} where left_out_fold = -1

    ),

    bins as (select * from {{ ref("distribution_bins") }}),

    bin_terms as (select * from {{ ref("weight_bins") }} where left_out_fold = -1),

    seed_bins as (

        select
            attribute,
            bin,
            is_missing,
            sum(seed_count) as seed_count,
            sum(seed_people) as seed_people

        from {{ ref("distribution_seed_bins") }}
        group by attribute, bin, is_missing

    ),

    -- Heads, since one person of a weighed seed may count as many.
    seed_values as ({{ value_counts(ref("canonical_seed"), var("categorical")) }}),

    gaussians as (select * from {{ ref("weight_gaussians") }} where left_out_fold = -1),

    continuous as (

        select * from {{ ref("distribution_continuous") }} where left_out_fold = -1

    ),

    of_values as (

        select
            value_weights.attribute,
            case
                when value_weights.is_missing
                then 'missing'
                else value_weights.attribute_value
            end as value_text,
            cast(null as double) as least_value,
            cast(null as double) as greatest_value,
            value_counts.reference_count,
            coalesce(seed_values.people_count, 0) as seed_people,
            value_counts.seed_count / greatest(totals.seed_total, 1e0) as seed_share,
            value_counts.reference_count
            / greatest(totals.reference_total, 1e0) as reference_share,
            value_weights.log_likelihood_ratio,
            value_weights.is_missing

        from value_weights
        inner join
            value_counts
            on value_weights.attribute = value_counts.attribute
            and value_weights.is_missing = value_counts.is_missing
            and value_weights.attribute_value = value_counts.attribute_value
        left join
            seed_values
            on value_weights.attribute = seed_values.attribute
            and value_weights.is_missing = seed_values.is_missing
            and value_weights.attribute_value = seed_values.attribute_value
        cross join totals

    ),

    in_bands as (

        select
            bins.attribute,
            bins.least_value,
            bins.greatest_value,
            bins.reference_count,
            coalesce(seed_bins.seed_people, 0) as seed_people,
            coalesce(seed_bins.seed_count, 0) as seed_count,
            bin_terms.log_likelihood_ratio,
            least(floor(10 * (bins.share_below + bins.reference_share / 2)), 9) as band

        from bins
        inner join
            bin_terms
            on bins.attribute = bin_terms.attribute
            and bins.bin = bin_terms.bin
        left join
            seed_bins
            on bins.attribute = seed_bins.attribute
            and bins.bin = seed_bins.bin

    ),

    bands as (

        select
            attribute,
            min(least_value) as least_value,
            max(greatest_value) as greatest_value,
            sum(reference_count) as reference_count,
            sum(seed_people) as seed_people,
            sum(seed_count) as seed_count,
            {{ exact_sum("reference_count * log_likelihood_ratio") }}
            / greatest(sum(reference_count), 1) as log_likelihood_ratio

        from in_bands
        group by attribute, band

    ),

    of_bands as (

        select
            bands.attribute,
            case
                when bands.least_value = bands.greatest_value
                then {{ number_text("bands.least_value") }}
                else
                    {{ number_text("bands.least_value") }}
                    || ' to '
                    || {{ number_text("bands.greatest_value") }}
            end as value_text,
            bands.least_value,
            bands.greatest_value,
            bands.reference_count,
            bands.seed_people,
            bands.seed_count / greatest(totals.seed_total, 1e0) as seed_share,
            bands.reference_count
            / greatest(totals.reference_total, 1e0) as reference_share,
            bands.log_likelihood_ratio,
            false as is_missing

        from bands
        cross join totals

    ),

    of_missing as (

        select
            continuous.attribute,
            'missing' as value_text,
            cast(null as double) as least_value,
            cast(null as double) as greatest_value,
            continuous.reference_missing_count as reference_count,
            coalesce(seed_bins.seed_people, 0) as seed_people,
            continuous.seed_missing_count
            / greatest(totals.seed_total, 1e0) as seed_share,
            continuous.reference_missing_count
            / greatest(totals.reference_total, 1e0) as reference_share,
            gaussians.missing_log_likelihood_ratio as log_likelihood_ratio,
            true as is_missing

        from continuous
        inner join gaussians on continuous.attribute = gaussians.attribute
        left join
            seed_bins
            on continuous.attribute = seed_bins.attribute
            and seed_bins.is_missing
        cross join totals

    ),

    all_values as (

        select *
        from of_values

        union all

        select *
        from of_bands

        union all

        select *
        from of_missing

    ),

    -- The smallest first: those without a share are 25 seed people together, or more.
    by_size as (

        select
            *,
            row_number() over (
                partition by attribute
                order by seed_people, is_missing, least_value, value_text
            ) as size_place,
            coalesce(
                sum(seed_people) over (
                    partition by attribute
                    order by seed_people, is_missing, least_value, value_text
                    rows between unbounded preceding and 1 preceding
                ),
                0
            ) as smaller_people

        from all_values
        where reference_count > 0 or seed_people > 0

    ),

    contributions as (

        select
            by_size.attribute,
            by_size.value_text,
            by_size.least_value,
            by_size.greatest_value,
            cast(by_size.reference_count as bigint) as reference_count,
            case
                when by_size.seed_people < 25
                then null
                when by_size.size_place > 1 and by_size.smaller_people < 25
                then null
                else by_size.seed_share
            end as seed_share,
            by_size.reference_share,
            by_size.log_likelihood_ratio,
            weights.attribute_weight * by_size.log_likelihood_ratio as contribution,
            by_size.is_missing

        from by_size
        inner join weights on by_size.attribute = weights.attribute
        where by_size.reference_count >= 25

    )

select *
from contributions
