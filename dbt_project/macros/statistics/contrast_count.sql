{#
    How many of `total` people would have a value if half of them were the reference and half the
    negative seed, whose shares are drawn towards the reference's as if `smoothing` people more
    had been asked. Over all values these numbers add up to `total`.

    contrast_count(10, 8, 100, 20, 30)  ->  5 + 0.5 * (100 * 8 + 30 * 10) / (20 + 30) = 16
#}
{% macro contrast_count(count, unlike_count, total, unlike_total, smoothing) -%}
    {{
        countable(
            "0.5e0 * "
            ~ count
            ~ " + 0.5e0 * ("
            ~ total
            ~ " * "
            ~ unlike_count
            ~ " + "
            ~ smoothing
            ~ " * "
            ~ count
            ~ ") / ("
            ~ unlike_total
            ~ " + "
            ~ smoothing
            ~ ")"
        )
    }}
{%- endmacro %}
