-- One row per bin of a continuous attribute, in order of value: its share of the
-- reference and its z.
with

    cell_bins as (select * from {{ ref("distribution_cell_bins") }}),

    totals as (select * from {{ ref("distribution_totals") }} where left_out_fold = -1),

    bins as (

        select
            attribute,
            bin,
            min(least_value) as least_value,
            max(greatest_value) as greatest_value,
            cast(sum(reference_count) as bigint) as reference_count

        from cell_bins
        group by attribute, bin

    ),

    placed as (

        select
            bins.*,
            cast(
                sum(reference_count) over (
                    partition by attribute
                    order by bin
                    rows between unbounded preceding and current row
                )
                - reference_count as bigint
            ) as count_below,
            cast(
                greatest(
                    sum(reference_count) over (partition by attribute), 1
                ) as bigint
            ) as mass

        from bins

    ),

    shares as (

        select
            placed.*,
            placed.count_below / cast(placed.mass as double) as share_below,
            placed.reference_count / cast(placed.mass as double) as reference_share,
            greatest(
                least(
                    (placed.count_below + 0.5e0 * placed.reference_count) / placed.mass,
                    1 - {{ quantile_clip("totals.reference_total") }}
                ),
                {{ quantile_clip("totals.reference_total") }}
            ) as middle_rank

        from placed
        cross join totals

    ),

    with_z as (

        select
            attribute,
            bin,
            least_value,
            greatest_value,
            reference_count,
            share_below,
            reference_share,
            {{ significant(normal_quantile("middle_rank")) }} as z

        from shares

    )

select *
from with_z
