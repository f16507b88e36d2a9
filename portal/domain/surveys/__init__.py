"""Satisfaction surveys (满意度调查, R25–R30): questionnaires and their versions, campaigns, invitations, answers."""
