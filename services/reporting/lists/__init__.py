"""What a person looks for in the read model: tasks, letters, addresses, alerts, an account, who is who."""
