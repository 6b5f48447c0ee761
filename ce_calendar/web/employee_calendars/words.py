"""What codes mean on this screen, in plain words with the cure. Google's own words are never shown."""

from collections.abc import Mapping

PUBLISH = (
    "Open the Google Cloud console of your project: Google Auth Platform, then Audience.",
    "Press “Publish app” and confirm. The status becomes “In production”.",
    "Come back and sign in again. From then on the sign-in lasts.",
)
ENABLE_API = (
    "Open the Google Cloud console of your project: APIs & Services, then Library.",
    "Find “Google Calendar API” and press “Enable”.",
    "Wait a minute or two, then check again here.",
)

ADDRESS_NOTICES: Mapping[str, tuple[str, str]] = {
    "denied": (
        "Google did not let us in",
        (
            "Either “Cancel” was pressed, or Google showed “Error 403: access_denied”. What helps is below, under “If "
            "Google refuses”. Nothing was changed."
        ),
    ),
    "scopes": (
        "A permission was missing",
        (
            "To keep calendars, all of the account's calendars have to be allowed. Connect again and leave every box "
            "ticked. Nothing was changed."
        ),
    ),
    "account": (
        "That is another account than the connected one",
        (
            "The employees' calendars lie under the connected account. Disconnect it first, which deletes them; then "
            "connect the other one. Nothing was changed."
        ),
    ),
    "state": (
        "That answer could not be matched",
        "It does not belong to a sign-in that was started here, or it was used already. Start again from here.",
    ),
    "expired": ("That took too long", "A sign-in has to be finished within ten minutes. Start again from here."),
    "unavailable": ("Google could not be reached", "Nothing was changed. Try again in a few minutes."),
    "failed": (
        "Google did not complete the sign-in",
        (
            "The client's ID and secret may not fit together, or the account's organization does not allow this app. "
            "Check the client below, and start again."
        ),
    ),
    "not_configured": (
        "There is no Google client yet",
        "Enter your own below, or ask whoever runs this installation for one.",
    ),
    "gone": ("That is not here any more", "Somebody changed it meanwhile. Look at what stands below, and try again."),
    "forbidden": ("That is not open to you", "Connecting the account needs the right to manage employee calendars."),
}

TROUBLES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "api_not_enabled": (
        "The Google Calendar API is not enabled",
        "The account is connected, but your Google Cloud project does not let us use its calendars yet.",
        ENABLE_API,
    ),
    "invalid_grant": (
        "Google no longer accepts our sign-in",
        (
            "It was withdrawn in the account, its password was changed, or it was not used for half a year. Nothing is "
            "written until somebody signs in again; nothing is lost meanwhile."
        ),
        ("Press “Sign in again” and choose the same account.",),
    ),
    "scope": (
        "A permission is missing",
        "The account no longer allows us all of its calendars.",
        ("Press “Sign in again”, and leave every box ticked.",),
    ),
    "client_changed": (
        "The client that signed this account in is gone",
        "No other client can act for it.",
        ("Enter that client again below, or press “Sign in again” to use the present one.",),
    ),
    "not_configured": (
        "There is no Google client any more",
        "The account was signed in with a client that is no longer set up here.",
        ("Enter it again below, or ask whoever runs this installation.",),
    ),
    "invalid_client": (
        "Google does not know the client, or its secret is wrong",
        "Nothing can be written meanwhile.",
        ("Copy client ID and secret from the Google Cloud console once more, and enter them below.",),
    ),
    "vault": (
        "The stored sign-in cannot be opened",
        "The vault's keys were changed.",
        ("Press “Sign in again”, or ask whoever runs this installation to bring the old key back.",),
    ),
}

SIGNED_OUT_CODES = frozenset({"invalid_grant", "fresh_token_rejected", "no_refresh_token", "no_credential"})
LIMIT_CODES = frozenset({"rate_limited", "quota_exceeded", "daily_limit_exceeded"})

LIMITED = (
    "Google's quota is used up for now",
    (
        "Google asked us to slow down. Everything goes on by itself as soon as it may; nothing is lost. If this comes "
        "often, set a slower pace below."
    ),
)
OTHERWISE = (
    "Google did not answer as it should",
    "What is owed is tried again by itself. If this lasts for hours, check again here.",
)

TESTING = "Your Google app is in Testing"
TESTING_TEXT = (
    "Google ends such a sign-in 7 days after the consent, and calendars then stand still until somebody signs in "
    "again. This one ends {soon}, at {moment}. Publish the app before that:"
)
TESTING_OVER = "The sign-in has ended: your Google app is still in Testing"
TESTING_OVER_TEXT = (
    "Google ends every sign-in to an app in Testing 7 days after the consent. Publish the app, so that it does not "
    "happen again. Nothing is written meanwhile; nothing is lost either."
)
TESTING_PERHAPS = "The sign-in ended about 7 days after the consent: your Google app is probably still in Testing"

REFUSALS = (
    (
        "Error 400: redirect_uri_mismatch",
        (
            "The address that Google shall send you back to is not registered. In the Google Cloud console, open "
            "Google Auth Platform, Clients, your client, and add the address marked “in use” below to “Authorized "
            "redirect URIs”, letter by letter. It may take a few minutes to count."
        ),
    ),
    (
        "Error 403: access_denied",
        (
            "While the app is in Testing, only test users may sign in. In Google Auth Platform, open Audience, and add "
            "the central account under “Test users”. Then connect again."
        ),
    ),
    (
        "Google hasn't verified this app",
        "That is said of every app that was not reviewed. Since it is your own, press “Advanced” and go on.",
    ),
    (
        "Calendar usage limits exceeded",
        (
            "Google makes about 60 new calendars, then none for some hours. There is nothing to do: what waits is made "
            "by itself, and everything else goes on meanwhile."
        ),
    ),
)
