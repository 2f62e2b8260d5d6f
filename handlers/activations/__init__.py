"""The activation of dead stock: a store moves away what lies there to one that runs short of it."""
