"""Diversions: a customer who would wait too long is served by another store."""
