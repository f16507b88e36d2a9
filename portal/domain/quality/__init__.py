"""Quality supervision: figures, liability, limits and support, projects, major complaints (R17–R20, R31, R32)."""
