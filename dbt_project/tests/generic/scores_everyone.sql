{#
    The scores are as many as the people, finite and in range. Only a specification with
    `as_published_nulls` may leave people without a score; after a search for settings also
    those who fit `judges`.

    arguments: {people: ref('canonical_seed'), spec: source('inputs', 'spec'), key: person_key}
#}
{% test scores_everyone(model, people, spec, key, judges) %}
    {% set may_be_null -%}
        (spec.as_published_nulls or ({{ var("is_searched") }} and {{ judges }}))
    {%- endset %}

    with

        scored as (

            select
                count(*) as score_count,
                count(
                    case
                        when {{ key }} is not null and {{ is_sound_score(may_be_null) }}
                        then 1
                    end
                ) as sound_count

            from {{ model }}
            cross join {{ spec }} as spec

        ),

        expected as (select count(*) as people_count from {{ people }})

    select scored.*, expected.people_count
    from scored
    cross join expected
    where
        scored.score_count <> expected.people_count
        or scored.sound_count <> expected.people_count
{% endtest %}
