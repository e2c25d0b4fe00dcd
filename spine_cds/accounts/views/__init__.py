"""Pages of the accounts app: signing in, and what an administrator manages."""
