"""Real servers for tests, on this machine only: started when a test asks, gone when the tests are."""
