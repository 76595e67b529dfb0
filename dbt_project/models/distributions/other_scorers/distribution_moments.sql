-- One row per left-out fold and continuous attribute: the mean and variance of the
-- raw values on both sides, in scales from the centre.
{% set seed_people = ref("canonical_seed") %}
{% set members = ref("canonical_members") %}
{% set matched_seed = kept(ref("canonical_matched_seed")) %}

with

    attributes as (

        -- A population without any value has neither centre nor scale.
        select attribute, coalesce(centre, 0e0) as centre, coalesce(scale, 1e0) as scale
        from {{ source("inputs", "attributes") }}
        where role = 'continuous'

    ),

    totals as (select * from {{ ref("distribution_totals") }}),

    seed_numbers as (

        select
            cast(null as string) as attribute,
            cast(null as integer) as fold,
            cast(null as double) as number
        where false

        {% for slug in var("continuous") %}
            union all

            select
                attributes.attribute,
                people.fold,
                {{
                    centred(
                        "people." ~ quoted(slug),
                        "attributes.centre",
                        "attributes.scale",
                    )
                }} as number

            from {{ seed_people }} as people
            inner join attributes on attributes.attribute = '{{ slug }}'
            where people.{{ quoted(slug) }} is not null
        {% endfor %}

    ),

    seed_means as (

        select
            totals.left_out_fold,
            seed_numbers.attribute,
            count(*) as seed_count,
            {{ exact_sum("seed_numbers.number") }} / count(*) as seed_mean

        from seed_numbers
        inner join totals on seed_numbers.fold <> totals.left_out_fold
        group by totals.left_out_fold, seed_numbers.attribute

    ),

    -- Around the mean, in a second pass: a seed far from the centre keeps its digits.
    seed_moments as (

        select
            seed_means.left_out_fold,
            seed_means.attribute,
            seed_means.seed_count,
            seed_means.seed_mean,
            {{
                exact_sum(
                    "(seed_numbers.number - seed_means.seed_mean) * (seed_numbers.number - seed_means.seed_mean)"
                )
            }}
            / greatest(seed_means.seed_count - 1, 1) as seed_variance

        from seed_means
        inner join
            seed_numbers
            on seed_means.attribute = seed_numbers.attribute
            and seed_means.left_out_fold <> seed_numbers.fold
        group by
            seed_means.left_out_fold,
            seed_means.attribute,
            seed_means.seed_count,
            seed_means.seed_mean

    ),

    -- The centre is the population's own median: one pass loses nothing here.
    reference_sums as (

        select
            cast(null as string) as attribute,
            cast(null as bigint) as reference_count,
            cast(null as double) as number_sum,
            cast(null as double) as square_sum
        where false

        {% for slug in var("continuous") %}
            union all

            select
                '{{ slug }}' as attribute,
                count(*) as reference_count,
                {{ exact_sum("numbers.number") }} as number_sum,
                {{ exact_sum("numbers.number * numbers.number") }} as square_sum

            from
                (
                    select
                        {{
                            centred(
                                "members." ~ quoted(slug),
                                "attributes.centre",
                                "attributes.scale",
                            )
                        }} as number

                    from {{ members }} as members
                    inner join attributes on attributes.attribute = '{{ slug }}'
                    left join
                        {{ matched_seed }} as matched on members.row_id = matched.row_id
                    where
                        matched.row_id is null
                        and members.{{ quoted(slug) }} is not null
                ) as numbers
        {% endfor %}

    ),

    reference_moments as (

        select
            attribute,
            reference_count,
            number_sum / greatest(reference_count, 1) as reference_mean,
            greatest(
                square_sum / greatest(reference_count, 1)
                - number_sum
                / greatest(reference_count, 1)
                * number_sum
                / greatest(reference_count, 1),
                0e0
            ) as reference_variance

        from reference_sums

    ),

    both_sides as (

        select
            totals.left_out_fold,
            attributes.attribute,
            attributes.centre,
            attributes.scale,
            cast(coalesce(seed_moments.seed_count, 0) as bigint) as seed_count,
            {{ significant("coalesce(seed_moments.seed_mean, 0e0)") }} as seed_mean,
            {{ significant("coalesce(seed_moments.seed_variance, 0e0)") }}
            as seed_variance,
            cast(
                coalesce(reference_moments.reference_count, 0) as bigint
            ) as reference_count,
            {{ significant("coalesce(reference_moments.reference_mean, 0e0)") }}
            as reference_mean,
            {{ significant("coalesce(reference_moments.reference_variance, 0e0)") }}
            as reference_variance

        from attributes
        cross join totals
        left join
            seed_moments
            on attributes.attribute = seed_moments.attribute
            and totals.left_out_fold = seed_moments.left_out_fold
        left join
            reference_moments on attributes.attribute = reference_moments.attribute

    )

select *
from both_sides
