"""The questions asked of each table: get_ one or NotFound, find_ one or None, list_, count_, add_, claim_."""
