"""What technicians ask each other: who is called, what is answered, and the cases that come of it."""
