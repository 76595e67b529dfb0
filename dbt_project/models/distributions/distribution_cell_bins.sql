-- One row per cell of a continuous attribute: the bin it was merged into.
with

    cells as (select * from {{ ref("distribution_cells") }} where not is_missing),

    spec as (select * from {{ source("inputs", "spec") }}),

    ordered as (

        select
            cells.*,
            spec.bin_count,
            -- A discrete value and a frequent value stay bins of their own.
            cells.is_discrete or cells.cell_part % 2 = 1 as stands_alone,
            row_number() over (
                partition by cells.attribute order by cells.least_value
            ) as cell_rank,
            sum(cells.reference_count) over (
                partition by cells.attribute
                order by cells.least_value
                rows between unbounded preceding and current row
            ) as mass_up_to,
            sum(cells.reference_count) over (partition by cells.attribute) as mass

        from cells
        cross join spec

    ),

    -- The mass is cut into bin_count slots; a cell belongs to the slot where it ends.
    slotted as (

        select
            ordered.*,
            greatest(ceil(mass_up_to * bin_count / greatest(mass, 1)), 1) as slot,
            case
                when
                    stands_alone
                    or coalesce(
                        lag(stands_alone) over (
                            partition by attribute order by cell_rank
                        ),
                        true
                    )
                then 1
                else 0
            end as starts_run

        from ordered

    ),

    -- A run is a stretch of cells that may be merged with each other.
    runs as (

        select
            slotted.*,
            sum(starts_run) over (
                partition by attribute
                order by cell_rank
                rows between unbounded preceding and current row
            ) as run

        from slotted

    ),

    -- A cell without reference people joins the cell before it or, at the start of a
    -- run, the one after it.
    starts as (

        select
            runs.*,
            case
                when starts_run = 1
                then 1
                when
                    mass_up_to - reference_count
                    = min(mass_up_to - reference_count) over (
                        partition by attribute, run
                    )
                then 0
                when
                    slot
                    <> lag(slot) over (partition by attribute, run order by cell_rank)
                then 1
                else 0
            end as starts_bin

        from runs

    ),

    binned as (

        select
            attribute,
            cell,
            cell_part,
            exact_value,
            least_value,
            greatest_value,
            reference_count,
            cast(
                sum(starts_bin) over (
                    partition by attribute
                    order by cell_rank
                    rows between unbounded preceding and current row
                )
                - 1 as integer
            ) as bin

        from starts

    )

select *
from binned
