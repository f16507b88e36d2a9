"""Documents on paper: asked for, frozen as facts, typeset by the worker, kept as files."""
