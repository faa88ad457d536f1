"""The face that the official drivers speak to."""
