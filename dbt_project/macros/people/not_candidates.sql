{#
    The people of the population who are no candidates, with their attributes: the matched seed
    and, where there is a negative seed, its people.

    not_candidates('matched_seed', 'unlike')  ->  matched_seed
#}
{% macro not_candidates(matched_seed, unlike) -%}
    {%- if var("has_unlike") -%}
        (
            select matched_people.row_id {{ attribute_columns("matched_people") }}
            from {{ matched_seed }} as matched_people

            union all

            select unlike_people.row_id {{ attribute_columns("unlike_people") }}
            from {{ unlike }} as unlike_people
            where
                unlike_people.row_id not in (
                    select matched_people.row_id
                    from {{ matched_seed }} as matched_people
                )
        )
    {%- else -%} {{ matched_seed }}
    {%- endif -%}
{%- endmacro %}
