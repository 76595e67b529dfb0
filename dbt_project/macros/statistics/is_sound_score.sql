{#
    True where log odds are finite and the score lies from 0 to 1, or both are null and may
    be. Comparisons with NaN are spelt so that NaN breaks them.

    is_sound_score('spec.as_published_nulls')
#}
{% macro is_sound_score(may_be_null) -%}
    (
        ({{ is_finite("log_odds") }} and score >= 0 and score <= 1)
        or (log_odds is null and score is null and {{ may_be_null }})
    )
{%- endmacro %}
