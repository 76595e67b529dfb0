-- One row per attribute: its weight and what it is made of, by the whole fit.
with

    weights as (
        select * from {{ ref("weight_scorer_attributes") }} where left_out_fold = -1
    ),

    spec as (select * from {{ source("inputs", "spec") }}),

    attributes as (select * from {{ source("inputs", "attributes") }}),

    cardinalities as (select * from {{ ref("distribution_cardinalities") }}),

    population_counts as (select * from {{ ref("distribution_population_counts") }}),

    -- Heads, since one person of a weighed seed may count as many.
    seed_values as ({{ value_counts(ref("canonical_seed"), var("categorical")) }}),

    known as (

        select
            seed_values.attribute,
            sum(
                case
                    when population_counts.population_count is null
                    then 0
                    else seed_values.people_count
                end
            ) as known_people,
            sum(
                case
                    when population_counts.population_count is null
                    then seed_values.people_count
                    else 0
                end
            ) as unknown_people

        from seed_values
        left join
            population_counts
            on seed_values.attribute = population_counts.attribute
            and seed_values.is_missing = population_counts.is_missing
            and seed_values.attribute_value = population_counts.attribute_value
        where not seed_values.is_missing
        group by seed_values.attribute

    ),

    total as (

        select {{ exact_sum("attribute_weight * divergence") }} as information
        from weights

    ),

    described as (

        select
            weights.attribute,
            attributes.column_name,
            weights.role,
            weights.notice,
            spec.model,
            weights.position,
            weights.attribute_weight,
            weights.divergence,
            case
                when total.information > 0
                then weights.attribute_weight * weights.divergence / total.information
                else 0e0
            end as information_share,
            weights.signal_share,
            weights.decorrelation,
            -- A share of few people, or of all but few, would tell of persons.
            case
                when known.unknown_people < 25
                then null
                when known.known_people < 25
                then 1e0
                when known.unknown_people >= 25
                then cardinalities.seed_unknown_share
            end as seed_unknown_share

        from weights
        inner join attributes on weights.attribute = attributes.attribute
        inner join cardinalities on weights.attribute = cardinalities.attribute
        left join known on weights.attribute = known.attribute
        cross join total
        cross join spec

    )

select *
from described
