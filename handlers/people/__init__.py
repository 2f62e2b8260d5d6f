"""People: their accounts, roles, languages and absences, and the chats bound for a purpose."""
