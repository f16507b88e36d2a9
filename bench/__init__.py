"""Large data and the measured budgets: `python -m bench.generate`, `python -m bench.measure` (see README)."""
