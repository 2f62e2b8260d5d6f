"""Costs entered by hand, and what a month of them comes to."""
