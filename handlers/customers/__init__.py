"""Customers: what identifies one, who may see it in full, and how one is erased."""
