"""Where the screens are; the sitemap and every link read it here."""

HOME = "/"
LOGIN = "/login"
ACCOUNT = "/account"
CONNECTIONS = "/ce/settings/calendar"
ACTIVITY = "/ce/activity"
CONTACTS = "/ce/contacts"

SIGN_IN_POST = "/login"
SIGN_OUT_POST = "/logout"
CONNECT_GOOGLE_POST = "/oauth/google/start"
