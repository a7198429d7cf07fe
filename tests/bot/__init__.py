"""The assistant's tests: the real trained model behind real servers on the loopback."""
