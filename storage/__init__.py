"""Tables, queries, migrations and Redis: it remembers and holds no policy."""
