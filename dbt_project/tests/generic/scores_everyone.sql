{#
    The scores are as many as the members, finite and in range: one pass over a relation that
    is as large as the population. Comparisons with NaN are spelt so that NaN breaks them. Only
    a specification with `as_published_nulls`, or with a negative seed, may leave people
    without a score; after a search for settings also those who fit `judges`.

    arguments: {members: ref('canonical_members'), spec: source('inputs', 'spec')}
#}
{% test scores_everyone(model, members, spec, key="row_id", judges="false") %}
    with

        scored as (

            select
                count(*) as score_count,
                count(
                    case
                        when
                            {{ key }} is not null
                            and {{ is_finite("log_odds") }}
                            and score >= 0
                            and score <= 1
                        then 1
                        when
                            {{ key }} is not null
                            and log_odds is null
                            and score is null
                            and (
                                spec.as_published_nulls
                                or {{ var("has_unlike") }}
                                or ({{ var("is_searched") }} and {{ judges }})
                            )
                        then 1
                    end
                ) as sound_count

            from {{ model }}
            cross join {{ spec }} as spec

        ),

        expected as (select count(*) as member_count from {{ members }})

    select scored.*, expected.member_count
    from scored
    cross join expected
    where
        scored.score_count <> expected.member_count
        or scored.sound_count <> expected.member_count
{% endtest %}
