-- One row per continuous attribute, bin (null: missing) and fold: how many seed
-- people lie there, by their weight and by heads.
{% set seed_people = ref("canonical_seed") %}
{% set frequent_cells = ref("distribution_frequent_cells") %}
{% set attributes = source("inputs", "attributes") %}

with

    cell_bins as (select * from {{ ref("distribution_cell_bins") }}),

    bins as (select * from {{ ref("distribution_bins") }}),

    seed_numbers as (

        select
            cast(null as string) as attribute,
            cast(null as integer) as fold,
            cast(null as double) as number,
            cast(null as bigint) as cell,
            cast(null as bigint) as cell_part,
            cast(null as double) as exact_value,
            cast(null as double) as seed_count,
            cast(null as bigint) as seed_people
        where false

        {% for slug in var("continuous") %}
            union all

            select
                '{{ slug }}' as attribute,
                fold,
                number,
                cell,
                cell_part,
                exact_value,
                sum(seed_weight) as seed_count,
                count(*) as seed_people

            from
                (
                    {{
                        placed_values(
                            seed_people,
                            slug,
                            attributes,
                            frequent_cells,
                            ["fold", "seed_weight"],
                        )
                    }}
                ) as placed
            group by fold, number, cell, cell_part, exact_value
        {% endfor %}

    ),

    found as (

        select seed_numbers.*, cell_bins.bin

        from seed_numbers
        left join
            cell_bins
            on seed_numbers.attribute = cell_bins.attribute
            and seed_numbers.cell = cell_bins.cell
            and seed_numbers.cell_part = cell_bins.cell_part
            and seed_numbers.exact_value = cell_bins.exact_value

    ),

    -- Numbers in cells the population does not know; `union` because the folds share
    -- them.
    strangers as (

        select attribute, number, cast(null as integer) as bin
        from found
        where number is not null and bin is null

        union

        select attribute, least_value as number, bin
        from bins

    ),

    -- The last bin that begins at or below the number.
    bracketed as (

        select
            attribute,
            number,
            bin,
            max(bin) over (
                partition by attribute
                order by number
                range between unbounded preceding and current row
            ) as bin_below

        from strangers

    ),

    nearest as (

        select
            bracketed.attribute,
            bracketed.number,
            case
                when bin_above.bin is null
                then bin_below.bin
                when bin_below.bin is null
                then bin_above.bin
                when
                    bracketed.number - bin_below.greatest_value
                    <= bin_above.least_value - bracketed.number
                then bin_below.bin
                else bin_above.bin
            end as bin

        from bracketed
        left join
            bins as bin_below
            on bracketed.attribute = bin_below.attribute
            and bracketed.bin_below = bin_below.bin
        left join
            bins as bin_above
            on bracketed.attribute = bin_above.attribute
            and coalesce(bracketed.bin_below + 1, 0) = bin_above.bin
        where bracketed.bin is null

    ),

    counted as (

        select
            found.attribute,
            coalesce(found.bin, nearest.bin) as bin,
            found.fold,
            cast(sum(found.seed_count) as double) as seed_count,
            cast(sum(found.seed_people) as bigint) as seed_people,
            cast(
                sum(
                    case
                        when found.bin is null and found.number is not null
                        then found.seed_count
                        else 0
                    end
                ) as double
            ) as unknown_count,
            found.number is null as is_missing

        from found
        left join
            nearest
            on found.bin is null
            and found.attribute = nearest.attribute
            and found.number = nearest.number
        group by
            found.attribute,
            coalesce(found.bin, nearest.bin),
            found.fold,
            found.number is null

    )

select *
from counted
