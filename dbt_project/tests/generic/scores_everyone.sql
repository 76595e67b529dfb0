{#
    The scores are as many as the members, finite and in range: one pass over a relation that
    is as large as the population. Comparisons with NaN are spelt so that NaN breaks them.

    arguments: {members: ref('canonical_members')}
#}
{% test scores_everyone(model, members, key="row_id") %}
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
                    end
                ) as sound_count

            from {{ model }}

        ),

        expected as (select count(*) as member_count from {{ members }})

    select scored.*, expected.member_count
    from scored
    cross join expected
    where
        scored.score_count <> expected.member_count
        or scored.sound_count <> expected.member_count
{% endtest %}
