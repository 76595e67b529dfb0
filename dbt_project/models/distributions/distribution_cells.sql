-- One row per continuous attribute and cell, one more for the missing: how many
-- people lie there.
{% set members = ref("canonical_members") %}
{% set taken_off = not_candidates(
    kept(ref("canonical_matched_seed")),
    (ref("canonical_unlike") if var("has_unlike") or not execute)
) %}
{% set frequent_cells = ref("distribution_frequent_cells") %}
{% set population_values = ref("stg_population_values") %}
{% set attributes = source("inputs", "attributes") %}

with

    {% for counted, people_of in [("population", members), ("matched", taken_off)] %}
        {{ counted }}_cells as (

            select
                cast(null as string) as attribute,
                cast(null as boolean) as is_discrete,
                cast(null as bigint) as cell,
                cast(null as bigint) as cell_part,
                cast(null as double) as exact_value,
                cast(null as double) as least_value,
                cast(null as double) as greatest_value,
                cast(null as bigint) as people_count
            where false

            {% for slug in var("continuous") %}
                    {# Values that were listed with the profile stand for the rows that have them. #}
                    {% set is_listed = counted == "population" and slug in var(
                        "coded"
                    ) %}
                    {% set listed -%}
                    (
                        select number_value as {{ quoted(slug) }}, row_count
                        from {{ population_values }}
                        where attribute = '{{ slug }}' and row_count > 0
                    )
                    {%- endset %}
                union all

                select
                    '{{ slug }}' as attribute,
                    {{ slug in var("discrete") }} as is_discrete,
                    cell,
                    cell_part,
                    exact_value,
                    min(number) as least_value,
                    max(number) as greatest_value,
                    {{ "sum(row_count)" if is_listed else "count(*)" }} as people_count

                from
                    (
                        {{
                            placed_values(
                                listed if is_listed else people_of,
                                slug,
                                attributes,
                                frequent_cells,
                                ["row_count"] if is_listed else [],
                            )
                        }}
                    ) as placed
                group by cell, cell_part, exact_value
            {% endfor %}

        ),

    {% endfor %}

    cells as (

        select
            population_cells.attribute,
            coalesce(population_cells.cell, 0) as cell,
            population_cells.cell_part,
            coalesce(population_cells.exact_value, 0e0) as exact_value,
            population_cells.least_value,
            population_cells.greatest_value,
            cast(population_cells.people_count as bigint) as population_count,
            cast(
                coalesce(matched_cells.people_count, 0) as bigint
            ) as matched_seed_count,
            cast(
                population_cells.people_count
                - coalesce(matched_cells.people_count, 0) as bigint
            ) as reference_count,
            population_cells.cell is null as is_missing,
            population_cells.is_discrete

        from population_cells
        left join
            matched_cells
            on population_cells.attribute = matched_cells.attribute
            and population_cells.cell is not distinct from matched_cells.cell
            and population_cells.cell_part = matched_cells.cell_part
            and population_cells.exact_value
            is not distinct from matched_cells.exact_value

    )

select *
from cells
