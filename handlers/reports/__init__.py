"""The boards that are posted: nudges and digest of the evening, Monday's scoreboard; and everybody's own figures."""
