-- One row per identifier: how many people of the seed it finds, and what stands for
-- nobody because it links too many rows.
with

    spec as (select * from {{ source("inputs", "spec") }}),

    identifiers as (

        {% for slug in var("identifiers") %}
            select '{{ slug }}' as id_type, {{ loop.index }} as priority
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}

    ),

    seed_identities as (

        select
            id_type,
            count(*) as seed_identifiers,
            count(case when is_dropped then 1 end) as dropped_seed_identifiers

        from {{ ref("canonical_seed_identities") }}
        group by id_type

    ),

    matched as (

        select
            match_type,
            count(distinct match_identifier) as matched_identifiers,
            count(
                distinct case when is_dropped then match_identifier end
            ) as dropped_matched_identifiers

        from {{ ref("canonical_seed_matches") }}
        group by match_type

    ),

    repeated as (

        select
            id_type,
            count(case when not is_dropped then 1 end) as linking_identifiers,
            count(case when is_dropped then 1 end) as dropped_identifiers,
            sum(case when is_dropped then row_count else 0 end) as dropped_rows

        from {{ ref("canonical_repeated_identities") }}
        group by id_type

    ),

    described as (

        select
            identifiers.id_type,
            identifiers.priority,
            coalesce(seed_identities.seed_identifiers, 0) as seed_identifiers,
            coalesce(matched.matched_identifiers, 0) as matched_identifiers,
            coalesce(seed_identities.dropped_seed_identifiers, 0) + coalesce(
                matched.dropped_matched_identifiers, 0
            ) as dropped_seed_identifiers,
            coalesce(repeated.linking_identifiers, 0) as linking_identifiers,
            coalesce(repeated.dropped_identifiers, 0) as dropped_identifiers,
            cast(coalesce(repeated.dropped_rows, 0) as bigint) as dropped_rows,
            spec.maximum_linked_rows

        from identifiers
        cross join spec
        left join seed_identities on identifiers.id_type = seed_identities.id_type
        left join matched on identifiers.id_type = matched.match_type
        left join repeated on identifiers.id_type = repeated.id_type

    )

select *
from described
