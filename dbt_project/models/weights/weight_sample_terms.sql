-- One row per person of the sample: the term of each attribute, by the whole fit.
{% set sampled = ref("canonical_sample") %}
{% set frequent_cells = ref("distribution_frequent_cells") %}
{% set attributes = source("inputs", "attributes") %}

with

    value_terms as (select * from {{ ref("weight_values") }} where left_out_fold = -1),

    bin_terms as (select * from {{ ref("weight_bins") }} where left_out_fold = -1),

    missing_terms as (

        select * from {{ ref("weight_gaussians") }} where left_out_fold = -1

    ),

    cell_bins as (select * from {{ ref("distribution_cell_bins") }}),

    cell_terms as (

        select
            cell_bins.attribute,
            cell_bins.cell,
            cell_bins.cell_part,
            cell_bins.exact_value,
            bin_terms.log_likelihood_ratio

        from cell_bins
        inner join
            bin_terms
            on cell_bins.attribute = bin_terms.attribute
            and cell_bins.bin = bin_terms.bin

        union all

        -- The missing stand in cell null.
        select
            attribute,
            cast(null as bigint) as cell,
            0 as cell_part,
            cast(null as double) as exact_value,
            missing_log_likelihood_ratio as log_likelihood_ratio
        from missing_terms

    ),

    {% for slug in var("continuous") %}
        terms_of_{{ slug }} as (

            select placed.row_id, cell_terms.log_likelihood_ratio

            from
                (
                    {{
                        placed_values(
                            sampled, slug, attributes, frequent_cells, ["row_id"]
                        )
                    }}
                ) as placed
            left join
                cell_terms
                on cell_terms.attribute = '{{ slug }}'
                and placed.cell is not distinct from cell_terms.cell
                and placed.cell_part = cell_terms.cell_part
                and (case when placed.cell is not null then placed.exact_value end)
                is not distinct from cell_terms.exact_value

        ),

    {% endfor %}

    terms as (

        select
            people.row_id
            {% for slug in var("categorical") %}
                ,
                coalesce(
                    value_terms_of_{{ slug }}.log_likelihood_ratio, 0e0
                ) as {{ quoted(slug) }}
            {% endfor %}
            {% for slug in var("continuous") %}
                ,
                coalesce(
                    terms_of_{{ slug }}.log_likelihood_ratio, 0e0
                ) as {{ quoted(slug) }}
            {% endfor %}

        from {{ sampled }} as people
        {% for slug in var("categorical") %}
            left join
                value_terms as value_terms_of_{{ slug }}
                on value_terms_of_{{ slug }}.attribute = '{{ slug }}'
                and value_terms_of_{{ slug }}.is_missing
                = (people.{{ quoted(slug) }} is null)
                and value_terms_of_{{ slug }}.attribute_value
                = coalesce(people.{{ quoted(slug) }}, '')
        {% endfor %}
        {% for slug in var("continuous") %}
            left join terms_of_{{ slug }} on people.row_id = terms_of_{{ slug }}.row_id
        {% endfor %}

    )

select *
from terms
