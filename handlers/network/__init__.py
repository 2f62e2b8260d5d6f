"""The network as a workbook: read it, show what would change, write it."""
