"""Google's sign-in: consent, codes, tokens, clients."""
