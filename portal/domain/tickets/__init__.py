"""Tickets (诉求 / 工单), R10–R22: from the customer's word to the verified closure."""
