"""People and parties (R1, §1): customers and their people, staff and their roles, departments, providers."""
