"""What is true of service, whoever asks: no requests, no pages, no translation."""
