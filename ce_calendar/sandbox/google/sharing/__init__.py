"""Who sees which calendar: access rules, offers, and the lists of accounts."""
