"""The engine of requests: what every kind shares."""
