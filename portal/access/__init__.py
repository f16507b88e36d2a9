"""Who somebody is, what they may do at all, and which rows exist for them."""
