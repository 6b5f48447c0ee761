"""The database behind the UnitOfWork port."""
