-- One row per left-out fold, continuous attribute and tenth of the reference: the
-- counts of both sides.
with

    bins as (select * from {{ ref("distribution_bins") }}),

    seed_bins as (select * from {{ ref("distribution_seed_bins") }}),

    totals as (select * from {{ ref("distribution_totals") }}),

    -- A value that fills two tenths by itself stands alone, so that the others are
    -- still told apart.
    marked as (

        select
            attribute,
            bin,
            reference_count,
            case when reference_share >= 0.2e0 then 1 else 0 end as is_alone,
            case
                when reference_share >= 0.2e0 then 0 else reference_count
            end as shared_count

        from bins

    ),

    ranked as (

        select
            marked.*,
            sum(is_alone) over (
                partition by attribute
                order by bin
                rows between unbounded preceding and current row
            )
            - is_alone as alone_below,
            sum(shared_count) over (
                partition by attribute
                order by bin
                rows between unbounded preceding and current row
            )
            - 0.5e0 * shared_count as middle_count,
            sum(shared_count) over (partition by attribute) as shared_total

        from marked

    ),

    -- Ten places between two values that stand alone, the eleventh for the value.
    placed as (

        select
            attribute,
            bin,
            reference_count,
            cast(
                11 * alone_below + case
                    when is_alone = 1
                    then 10
                    else least(floor(10 * middle_count / greatest(shared_total, 1)), 9)
                end as integer
            ) as tenth

        from ranked

    ),

    reference_counts as (

        select attribute, tenth, sum(reference_count) as reference_count
        from placed
        group by attribute, tenth

    ),

    seed_counts as (

        select
            placed.attribute,
            placed.tenth,
            totals.left_out_fold,
            sum(seed_bins.seed_count) as seed_count

        from placed
        inner join
            seed_bins
            on placed.attribute = seed_bins.attribute
            and placed.bin = seed_bins.bin
        inner join totals on seed_bins.fold <> totals.left_out_fold
        group by placed.attribute, placed.tenth, totals.left_out_fold

    ),

    counted as (

        select
            totals.left_out_fold,
            reference_counts.attribute,
            reference_counts.tenth,
            cast(coalesce(seed_counts.seed_count, 0) as bigint) as seed_count,
            cast(reference_counts.reference_count as bigint) as reference_count

        from reference_counts
        cross join totals
        left join
            seed_counts
            on reference_counts.attribute = seed_counts.attribute
            and reference_counts.tenth = seed_counts.tenth
            and totals.left_out_fold = seed_counts.left_out_fold

    )

select *
from counted
