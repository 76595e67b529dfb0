"""How is it shown? Tables to figures, charts and pages."""
