"""The boards: what parts, technicians and capacity the network has."""
