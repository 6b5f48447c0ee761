"""What codes mean, in plain words. A provider's own words are never shown."""

from ce_calendar.domain.meetings.connections import Provider

COMPANIES = {Provider.GOOGLE.value: "Google", Provider.MICROSOFT.value: "Microsoft"}
CALENDARS = {Provider.GOOGLE.value: "Google Calendar", Provider.MICROSOFT.value: "Microsoft Outlook"}


def company_of(provider: str) -> str:
    """Who the provider is."""
    return COMPANIES.get(provider, "The provider")


_TOO_MANY = "{company} asked us to slow down."
_SET_UP = "{company}'s client is not set up rightly, here or there. An administrator has to look into it."
REASONS = {
    # Only the owner can cure these, by signing in again.
    "invalid_grant": "{company} no longer accepts our access: it was withdrawn there, or it has run out.",
    "interaction_required": "{company} wants to see the owner of the account once more, by a rule of theirs.",
    "login_required": "{company} wants the owner of the account to sign in once more.",
    "consent_required": "{company} asks for the owner's consent once more.",
    "no_refresh_token": "{company} gave us no lasting access.",
    "no_credential": "The access that was stored here is gone.",
    "client_changed": "This installation asks {company} with another client now, which the old access does not fit.",
    "fresh_token_rejected": "{company} rejects even newly issued access, as after a changed password.",
    "scope": "A permission we need was left out, so we may not read this calendar. Every box has to stay ticked.",
    "legacy_key": "What the earlier system left was encrypted with a key that is not set here.",
    "legacy_damaged": "What the earlier system left is damaged.",
    "legacy_content": "What the earlier system left is not a token.",
    "legacy_not_read_back": "The vault did not give back what the earlier system had left.",
    "other_account": "What the earlier system left opens another account than this one.",
    # These pass, or somebody else must act.
    "rate_limited": _TOO_MANY,
    "quota_exceeded": _TOO_MANY,
    "daily_limit_exceeded": "{company}'s limit for today is used up.",
    "api_not_enabled": "The calendar service is not switched on in the Google Cloud project. An administrator has to "
    "enable it.",
    "not_configured": "This installation has no client for {company} any more. An administrator has to set it up.",
    "invalid_client": _SET_UP,
    "unauthorized_client": _SET_UP,
    "redirect_uri_mismatch": _SET_UP,
    "single_tenant_client": _SET_UP,
    "invalid_scope": _SET_UP,
    "unknown_authority": _SET_UP,
    "forbidden": "{company} does not let us read this calendar. Perhaps its administrator restricts it.",
    "no_mailbox": "This account has no mailbox that {company} lets us reach.",
    "suspicious": "A calendar that was full looked empty, so nothing was deleted. We look again.",
    "interrupted": "The last run was interrupted.",
    "vault": "The access stored here cannot be opened. An administrator should check the vault keys.",
    "internal": "Something went wrong on our side.",
    "no_answer": "{company} could not be reached.",
}
"""By the short codes that adapters and services leave, to be filled in with the company."""
PENDING = "Waiting for the vault: its credentials still lie in the earlier system's column. It syncs once they move."
NEEDS_REAUTH = "{company} no longer lets us read this calendar."
RETRYING = "The last attempt did not get through."

ADDRESS_NOTICES = {
    "denied": ("Nothing was connected", "You did not allow access, so we stored nothing. You can try again any time."),
    "state": (
        "That sign-in could not be matched",
        "It was started in another window or used before. Nothing was stored. Please start again from here.",
    ),
    "expired": ("That took too long", "A sign-in at {company} counts for 10 minutes. Please start again from here."),
    "scopes": (
        "Some permissions were missing",
        "We can only show meetings if every box on {company}'s page stays ticked. Nothing was stored.",
    ),
    "unavailable": ("{company} could not be reached", "Nothing was stored. Please try again in a few minutes."),
    "not_configured": (
        "Linking {company} accounts is not set up",
        "This installation has no client for {company} any more. An administrator has to set it up.",
    ),
    "failed": (
        "Connecting did not work",
        "Nothing was stored. Please try again; if it keeps failing, tell your administrator.",
    ),
    "gone": ("This connection has ended", "To link the account anew, use the button above."),
    "forbidden": (
        "You may not link accounts",
        "Nothing was stored. An administrator of your organization can change that.",
    ),
}
"""By the words that may stand in the address after a consent: title and text."""

ENDINGS = {
    "": ("Disconnecting {account}", "Nothing is read any more. Our access is being withdrawn at {company}."),
    "revoked": ("{account} is disconnected", "Our access was withdrawn at {company}."),
    "already_revoked": (
        "{account} is disconnected",
        "Our access had been withdrawn at {company} before, so there was nothing left to withdraw.",
    ),
    "forgotten": (
        "{account} is disconnected",
        (
            "Our access was deleted here. {company} lets only the owner take the app off the list: of a work account "
            "under myapps.microsoft.com, of a personal one here:"
        ),
    ),
    "shared": (
        "{account} is disconnected",
        "Our access was deleted here, and left standing at {company}: another connection uses the same account.",
    ),
    "unreadable": (
        "{account} is disconnected",
        "The access stored here could not be opened, so it was only deleted. Withdraw it at {company} yourself:",
    ),
    "waiting": (
        "Still disconnecting {account}",
        "{company} cannot be reached, so our access still stands there. Nothing is read any more; we go on trying.",
    ),
}
"""By `DisconnectOutcome`, or empty while nothing came of it yet."""
BY_HAND = frozenset({"forgotten", "unreadable"})
"""Ends after which the person may want to go to the provider."""
ON_THE_WAY = frozenset({"", "waiting"})

ACCOUNT_PAGES = {
    Provider.GOOGLE.value: "https://myaccount.google.com/connections",
    Provider.MICROSOFT.value: "https://account.live.com/consent/Manage",
}
"""Where a person sees, and ends, what they granted to whom."""

LIST_PROBLEMS = {
    "pending": "This account waits for the vault. Its calendars can be listed once its credentials have moved there.",
    "unidentified": "This account came from an earlier system. Its calendars can be chosen after its first sync.",
    "invalid_grant": "{company} no longer accepts our access, so this is the list as we last saw it. Sign in again "
    "on the card to go on.",
    "rate_limited": "{company} asked us to slow down, so this is the list as we last saw it.",
    "quota_exceeded": "{company} asked us to slow down, so this is the list as we last saw it.",
    "not_configured": "This installation has no client for {company} any more, so this is the list as we last saw it.",
    "vault": "The access stored here cannot be opened, so this is the list as we last saw it.",
}
LIST_IS_OLD = "{company} could not be asked just now, so this is the list as we last saw it."


def reason_of(code: str, provider: str, *, otherwise: str) -> str:
    """The words of a failure's code; `otherwise` for one we do not know."""
    return REASONS.get(code, otherwise).format(company=company_of(provider))


def list_problem(code: str, provider: str, *, needs_reauth: bool) -> str:
    """Why a list of calendars is not of now; empty if it is."""
    if not code:
        return ""
    words = LIST_PROBLEMS["invalid_grant"] if needs_reauth else LIST_PROBLEMS.get(code, LIST_IS_OLD)
    return words.format(company=company_of(provider))
