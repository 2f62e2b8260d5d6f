"""Points and money: what was earned and paid, and why."""
