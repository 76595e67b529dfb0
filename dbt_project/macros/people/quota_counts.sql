{#
    The people that each group with a quota has of an audience: `least_count` at least and
    `most_count` at most. `asked` is a relation whose one row has the `asked_count` of people that
    the limit asks for. Shares are rounded down to whole people; those of groups with an exact share
    are rounded so that they add up, the largest remainders up.

    Shares of 0.3 and 0.7 of 11 people, exactly  ->  3 and 8
#}
{% macro quota_counts(quotas, asked) -%}
    select
        quota_group,
        cast(
            case
                when is_exact then exact_count else floor(coalesce(least, 0))
            end as bigint
        ) as least_count,
        cast(
            case
                when is_exact then exact_count else floor(coalesce(most, asked_count))
            end as bigint
        ) as most_count,
        fills_from_others

    from
        (
            select
                parts.*,
                floor(least) + case
                    when
                        is_exact
                        and row_number() over (
                            partition by is_exact
                            order by least - floor(least) desc, quota_group
                        )
                        <= round(sum(least) over (partition by is_exact))
                        - sum(floor(least)) over (partition by is_exact)
                    then 1
                    else 0
                end as exact_count

            from
                (
                    select
                        quotas.*,
                        asked.asked_count,
                        {# Twelve digits: 0.29 of 100 people are 29, not 28.999999999999996. #}
                        case
                            when quotas.is_share
                            then round(quotas.at_least * asked.asked_count, 6)
                            else quotas.at_least
                        end as least,
                        case
                            when quotas.is_share
                            then round(quotas.at_most * asked.asked_count, 6)
                            else quotas.at_most
                        end as most

                    from {{ quotas }} as quotas
                    cross join {{ asked }} as asked
                ) as parts
        ) as counted
{%- endmacro %}
