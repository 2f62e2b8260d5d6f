"""The transfer of a part from one store to another."""
