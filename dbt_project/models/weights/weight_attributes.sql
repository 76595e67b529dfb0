-- One row per left-out fold and attribute: the attribute's weight and what it is made
-- of.
with

    attributes as (select * from {{ source("inputs", "attributes") }}),

    spec as (select * from {{ source("inputs", "spec") }}),

    totals as (select * from {{ ref("distribution_totals") }}),

    cardinalities as (select * from {{ ref("distribution_cardinalities") }}),

    poolings as (select * from {{ ref("weight_variance_pooling") }} where is_chosen),

    correlations as (select * from {{ ref("weight_correlations") }}),

    divergences as (

        select *
        from {{ ref("weight_categorical_divergences") }}

        union all

        select *
        from {{ ref("weight_gaussian_divergences") }}

    ),

    -- An attribute that cannot say anything is dropped, with the reason.
    described as (

        select
            totals.left_out_fold,
            attributes.attribute,
            attributes.role,
            attributes.position,
            poolings.variance_pooling,
            totals.seed_total,
            case
                when cardinalities.seed_value_count = 0
                then 'no seed person has a value'
                when
                    attributes.role = 'continuous'
                    and cardinalities.reference_value_count < 2
                then 'fewer than two distinct values in the reference'
                when divergences.attribute is null
                then 'nobody has a value'
            end as drop_notice,
            coalesce(divergences.divergence, 0e0) as divergence,
            coalesce(
                divergences.jensen_shannon_divergence, 0e0
            ) as jensen_shannon_divergence,
            coalesce(divergences.degrees_of_freedom, 0) as degrees_of_freedom

        from attributes
        cross join totals
        inner join cardinalities on attributes.attribute = cardinalities.attribute
        left join poolings on attributes.attribute = poolings.attribute
        left join
            divergences
            on attributes.attribute = divergences.attribute
            and totals.left_out_fold = divergences.left_out_fold

    ),

    signals as (

        select
            described.*,
            case
                when drop_notice is null and seed_total * divergence > 0
                then
                    greatest(
                        1 - degrees_of_freedom / (2e0 * seed_total * divergence), 0e0
                    )
                else 0e0
            end as signal_share

        from described

    ),

    -- How often the evidence is told: d copies of one attribute count as one.
    repetitions as (

        select
            correlations.attribute,
            {{ exact_sum("correlations.correlation * correlations.correlation") }}
            as repetition

        from correlations
        inner join
            signals
            on correlations.other_attribute = signals.attribute
            and signals.left_out_fold = -1
        cross join spec
        where
            correlations.attribute = correlations.other_attribute
            or signals.signal_share > 0
            or spec.attribute_weights = 'decorrelated'
        group by correlations.attribute

    ),

    greatest_divergences as (

        select
            left_out_fold,
            max(divergence) as divergence,
            max(jensen_shannon_divergence) as jensen_shannon_divergence

        from signals
        where drop_notice is null
        group by left_out_fold

    ),

    weighed as (

        select
            signals.*,
            1 / repetitions.repetition as decorrelation,
            case
                when signals.drop_notice is not null
                then 0e0
                when spec.attribute_weights = 'none'
                then 1e0
                when spec.attribute_weights = 'kl'
                then
                    case
                        when greatest_divergences.divergence > 0
                        then signals.divergence / greatest_divergences.divergence
                        else 0e0
                    end
                when spec.attribute_weights = 'js'
                then
                    case
                        when greatest_divergences.jensen_shannon_divergence > 0
                        then
                            signals.jensen_shannon_divergence
                            / greatest_divergences.jensen_shannon_divergence
                        else 0e0
                    end
                when spec.attribute_weights = 'noise'
                then signals.signal_share
                when spec.attribute_weights = 'decorrelated'
                then 1 / repetitions.repetition
                else signals.signal_share / repetitions.repetition
            end as attribute_weight

        from signals
        inner join repetitions on signals.attribute = repetitions.attribute
        cross join spec
        left join
            greatest_divergences
            on signals.left_out_fold = greatest_divergences.left_out_fold

    ),

    rounded as (

        select
            left_out_fold,
            attribute,
            role,
            cast(position as integer) as position,
            {{ significant("divergence") }} as divergence,
            {{ significant("jensen_shannon_divergence") }} as jensen_shannon_divergence,
            cast(degrees_of_freedom as bigint) as degrees_of_freedom,
            {{ significant("signal_share") }} as signal_share,
            {{ significant("decorrelation") }} as decorrelation,
            cast(variance_pooling as double) as variance_pooling,
            {{ significant("attribute_weight") }} as attribute_weight,
            case
                when drop_notice is not null
                then drop_notice
                when attribute_weight = 0 and divergence = 0
                then 'the seed and the reference do not differ'
                when attribute_weight = 0
                then 'the difference is not more than noise'
            end as notice,
            drop_notice is not null as is_dropped

        from weighed

    )

select *
from rounded
