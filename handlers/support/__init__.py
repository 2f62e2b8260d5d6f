"""The support of a store by another's technician, booked ahead."""
