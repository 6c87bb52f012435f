"""Where the state lives, and the contract that every home of it keeps."""
