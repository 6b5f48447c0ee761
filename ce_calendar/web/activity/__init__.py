"""The activity timeline: meetings with contacts."""
