"""Mail that comes in (来信, R10): kept whole first, read then, and placed where it belongs; nothing is dropped."""
