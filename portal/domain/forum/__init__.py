"""The annual customer forum (大客户服务质量座谈会, R38): from the invitation to the answered question."""
