"""What a telephone makes of speech: synthesised, narrowed, recognised. Off unless asked for."""
