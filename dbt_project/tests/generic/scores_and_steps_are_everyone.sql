{#
    The candidates in the steps, the seed's people and those without a score are as many as
    the members, and whoever has a score of their own has a finite one in range. Only a
    specification with `as_published_nulls`, or with a negative seed, may leave people
    without a score.

    arguments: {steps: source('scoring', 'score_steps'), matched: ref('canonical_matched_seed'),
                members: ref('canonical_members'), spec: source('inputs', 'spec')}
#}
{% test scores_and_steps_are_everyone(model, steps, matched, members, spec) %}
    {% set may_be_null -%}
        (spec.as_published_nulls or {{ var("has_unlike") }})
    {%- endset %}

    with

        scored as (

            select
                count(*) as score_count,
                count(matched.row_id) as matched_count,
                count(
                    case
                        when scores.log_odds is null and matched.row_id is null then 1
                    end
                ) as unscored_count,
                count(
                    case
                        when
                            scores.row_id is not null
                            and {{ is_sound_score(may_be_null) }}
                        then 1
                    end
                ) as sound_count

            from {{ model }} as scores
            cross join {{ spec }} as spec
            left join {{ matched }} as matched on scores.row_id = matched.row_id

        ),

        counted as (

            select coalesce(sum(people_count), 0) as candidate_count from {{ steps }}

        ),

        expected as (select count(*) as member_count from {{ members }})

    select scored.*, counted.candidate_count, expected.member_count
    from scored
    cross join counted
    cross join expected
    where
        scored.sound_count <> scored.score_count
        or counted.candidate_count + scored.matched_count + scored.unscored_count
        <> expected.member_count
{% endtest %}
