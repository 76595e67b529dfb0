-- One row: how seed and population overlap, and what the scorer learned from.
{% set merged_people = ref("canonical_merged_people") %}

with

    -- Counted side by side: a join of eight counts is planned longer than it is run.
    counted as (

        select 'seed_rows' as figure, count(*) as amount
        from {{ ref("stg_seed") }}

        union all

        select 'seed_rows_with_identifier' as figure, count(*) as amount
        from {{ ref("canonical_seed_rows") }}
        where not is_unlike

        union all

        select 'learning_seed_people' as figure, count(*) as amount
        from {{ ref("canonical_seed") }}

        union all

        select 'population_people' as figure, count(*) as amount
        from {{ ref("canonical_members") }}

        union all

        select 'population_rows' as figure, count(*) as amount
        from {{ ref("stg_population") }}

        union all

        select 'matched_population_people' as figure, count(*) as amount
        from {{ kept(ref("canonical_matched_seed")) }} as matched

        {% if var("resolve_people") %}
            union all

            select
                'rows_with_identifier' as figure,
                cast(coalesce(sum(row_count), 0) as bigint) as amount
            from {{ kept(merged_people) }} as people

            {% if is_filtered() %}
                union all

                select 'filtered_out_people' as figure, count(*) as amount
                from {{ merged_people }}
                where not _is_kept

                union all

                select
                    'filtered_out_rows' as figure,
                    cast(coalesce(sum(row_count), 0) as bigint) as amount
                from {{ merged_people }}
                where not _is_kept
            {% endif %}
        {% endif %}

    ),

    amounts as (

        select
            {% for figure in [
                "seed_rows",
                "seed_rows_with_identifier",
                "learning_seed_people",
                "population_people",
                "population_rows",
                "matched_population_people",
                "rows_with_identifier",
                "filtered_out_people",
                "filtered_out_rows",
            ] %}
                max(case when figure = '{{ figure }}' then amount end) as {{ figure }}
                {% if not loop.last %},{% endif %}
            {% endfor %}

        from counted

    ),

    -- Where each row is a person, every row has its identifier, and who is not a person
    -- was filtered out.
    sides as (

        select
            amounts.seed_rows,
            amounts.seed_rows_with_identifier,
            amounts.learning_seed_people,
            amounts.population_people,
            amounts.population_rows,
            amounts.matched_population_people,
            {% if var("resolve_people") %}
                amounts.rows_with_identifier,
                coalesce(amounts.filtered_out_people, 0) as filtered_out_people,
                coalesce(amounts.filtered_out_rows, 0) as filtered_out_rows
            {% else %}
                amounts.population_people as rows_with_identifier,
                amounts.population_rows
                - amounts.population_people as filtered_out_people,
                amounts.population_rows - amounts.population_people as filtered_out_rows
            {% endif %}

        from amounts

    ),

    overlap as (

        select
            sides.seed_rows,
            learn_from.seed_people,
            learn_from.matched_people,
            learn_from.seed_people - learn_from.matched_people as unmatched_people,
            learn_from.matched_people
            / greatest(learn_from.seed_people, 1e0) as matched_share,
            sides.population_people,
            sides.matched_population_people,
            sides.filtered_out_people,
            sides.filtered_out_rows,
            sides.learning_seed_people,
            learn_from.learn_from,
            sides.seed_rows_with_identifier
            - learn_from.seed_people as duplicate_seed_rows,
            sides.rows_with_identifier
            - sides.population_people as duplicate_population_rows,
            sides.population_rows
            - sides.rows_with_identifier
            - sides.filtered_out_rows as population_rows_without_identifier

        from sides
        cross join {{ ref("canonical_learn_from") }} as learn_from

    )

select *
from overlap
