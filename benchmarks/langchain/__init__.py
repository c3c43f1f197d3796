"""PyShieldMiddleware beside LangChain's own PIIMiddleware."""
