-- One row: how seed and population overlap, and what the scorer learned from.
{% set population_rows = ref("stg_population") %}
{% set merged_people = ref("canonical_merged_people") %}

with

    seed_rows as (select * from {{ ref("stg_seed") }}),

    seed_rows_with_identifier as (

        select count(*) as seed_rows_with_identifier
        from {{ ref("canonical_seed_rows") }}
        where not is_unlike

    ),

    learn_from as (select * from {{ ref("canonical_learn_from") }}),

    learning_seed as (select person_key from {{ ref("canonical_seed") }}),

    members as (

        select count(*) as population_people from {{ ref("canonical_members") }}

    ),

    seed_row_counts as (select count(*) as seed_rows from seed_rows),

    learning_counts as (select count(*) as learning_seed_people from learning_seed),

    population_row_counts as (

        select count(*) as population_rows from {{ population_rows }}

    ),

    merged_row_counts as (

        select
        {% if var("resolve_people") %}
                coalesce(sum(row_count), 0) as rows_with_identifier
            from {{ kept(merged_people) }} as people
        {% else %} population_people as rows_with_identifier from members
        {% endif %}

    ),

    filtered_out as (

        select
            {% if not is_filtered() %} 0 as filtered_out_people, 0 as filtered_out_rows
        {% elif var("resolve_people") %}
                count(*) as filtered_out_people,
                coalesce(sum(row_count), 0) as filtered_out_rows
            from {{ merged_people }}
            where not _is_kept
        {% else %}
                population_row_counts.population_rows
                - members.population_people as filtered_out_people,
                population_row_counts.population_rows
                - members.population_people as filtered_out_rows
            from members
            cross join population_row_counts
        {% endif %}

    ),

    matched_counts as (

        select count(*) as matched_population_people
        from {{ kept(ref("canonical_matched_seed")) }} as matched

    ),

    overlap as (

        select
            seed_row_counts.seed_rows,
            learn_from.seed_people,
            learn_from.matched_people,
            learn_from.seed_people - learn_from.matched_people as unmatched_people,
            learn_from.matched_people
            / greatest(learn_from.seed_people, 1e0) as matched_share,
            members.population_people,
            matched_counts.matched_population_people,
            cast(filtered_out.filtered_out_people as bigint) as filtered_out_people,
            cast(filtered_out.filtered_out_rows as bigint) as filtered_out_rows,
            learning_counts.learning_seed_people,
            learn_from.learn_from,
            seed_rows_with_identifier.seed_rows_with_identifier
            - learn_from.seed_people as duplicate_seed_rows,
            cast(
                merged_row_counts.rows_with_identifier
                - members.population_people as bigint
            ) as duplicate_population_rows,
            cast(
                population_row_counts.population_rows
                - merged_row_counts.rows_with_identifier
                - filtered_out.filtered_out_rows as bigint
            ) as population_rows_without_identifier

        from seed_row_counts
        cross join seed_rows_with_identifier
        cross join learn_from
        cross join members
        cross join learning_counts
        cross join population_row_counts
        cross join merged_row_counts
        cross join filtered_out
        cross join matched_counts

    )

select *
from overlap
