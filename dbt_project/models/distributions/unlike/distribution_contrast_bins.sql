-- One row per left-out fold and bin of a continuous attribute, one more for the
-- missing: the people of the reference if half of them were the negative seed.
{% set people = ref("canonical_unlike") %}
{% set frequent_cells = ref("distribution_frequent_cells") %}
{% set attributes = source("inputs", "attributes") %}

with

    cell_bins as (select * from {{ ref("distribution_cell_bins") }}),

    totals as (select * from {{ ref("distribution_totals") }}),

    reference_bins as (

        select attribute, bin, reference_count
        from {{ ref("distribution_bins") }}

        union all

        select attribute, cast(null as integer) as bin, reference_count
        from {{ ref("distribution_cells") }}
        where is_missing

    ),

    unlike_cells as (

        select
            cast(null as string) as attribute,
            cast(null as integer) as fold,
            cast(null as bigint) as cell,
            cast(null as bigint) as cell_part,
            cast(null as double) as exact_value
        where false

        {% for slug in var("continuous") %}
            union all

            select '{{ slug }}' as attribute, fold, cell, cell_part, exact_value

            from
                (
                    {{
                        placed_values(
                            people, slug, attributes, frequent_cells, ["fold"]
                        )
                    }}
                ) as placed
        {% endfor %}

    ),

    unlike_bins as (

        select
            unlike_cells.attribute,
            cell_bins.bin,
            totals.left_out_fold,
            count(*) as unlike_count

        from unlike_cells
        inner join totals on unlike_cells.fold <> totals.left_out_fold
        left join
            cell_bins
            on unlike_cells.attribute = cell_bins.attribute
            and unlike_cells.cell = cell_bins.cell
            and unlike_cells.cell_part = cell_bins.cell_part
            and unlike_cells.exact_value = cell_bins.exact_value
        group by unlike_cells.attribute, cell_bins.bin, totals.left_out_fold

    ),

    -- Of the missing there is a row where anybody is missing, on either side.
    all_bins as (

        select attribute, bin
        from reference_bins

        union

        select attribute, bin
        from unlike_bins

    ),

    contrast as (

        select
            totals.left_out_fold,
            all_bins.attribute,
            all_bins.bin,
            {{
                contrast_count(
                    "coalesce(reference_bins.reference_count, 0)",
                    "coalesce(unlike_bins.unlike_count, 0)",
                    "totals.reference_total",
                    "totals.unlike_total",
                    "totals.smoothing",
                )
            }} as contrast_count

        from all_bins
        cross join totals
        left join
            reference_bins
            on all_bins.attribute = reference_bins.attribute
            and all_bins.bin is not distinct from reference_bins.bin
        left join
            unlike_bins
            on all_bins.attribute = unlike_bins.attribute
            and all_bins.bin is not distinct from unlike_bins.bin
            and totals.left_out_fold = unlike_bins.left_out_fold

    )

select *
from contrast
