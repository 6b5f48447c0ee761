"""The organizations, people and contacts a demo starts with."""

from dataclasses import dataclass

from ce_calendar.domain.access import Permission, Role
from ce_calendar.services.registry import Services

DEMO_PASSWORD = "demo-password"  # noqa: S105 - printed for everybody to read; the demo listens on loopback only


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to sign in as."""

    email: str
    name: str
    organization: str
    purpose: str
    roles: frozenset[Role]
    given: frozenset[Permission] = frozenset()


ORGANIZATIONS = {"demo": "Lakeside Health Partners", "other": "Northern Valley Clinic"}

DEMO_PEOPLE = (
    DemoPerson(
        "admin@demo.example",
        "Alex Morgan",
        "demo",
        "administrator: everything",
        frozenset({Role.ADMIN}),
        frozenset({Permission.CALENDAR_VIEW_ALL}),
    ),
    DemoPerson(
        "staff@demo.example", "Sam Rivera", "demo", "staff: sees and connects calendars", frozenset({Role.STAFF})
    ),
    DemoPerson(
        "colleague@demo.example", "Casey Brooks", "demo", "staff: came from an earlier system", frozenset({Role.STAFF})
    ),
    DemoPerson("viewer@demo.example", "Vera Lind", "demo", "viewer: looks only", frozenset({Role.VIEWER})),
    DemoPerson(
        "dispatcher@demo.example", "Dana Koch", "demo", "dispatcher: employee calendars", frozenset({Role.DISPATCHER})
    ),
    DemoPerson(
        "admin@other.example", "Robin Hale", "other", "administrator of another organization", frozenset({Role.ADMIN})
    ),
)

DEMO_CONTACTS = (
    ("Maria Lopez", "maria.lopez@riverside.example", "Riverside Family Services"),
    ("James Chen", "james.chen@riverside.example", "Riverside Family Services"),
    ("Aisha Khan", "aisha.khan@harborclinic.example", "Harbor Clinic"),
    ("Tom Baker", "tom.baker@greenvalley.example", "Green Valley School District"),
    ("Nina Petrova", "nina.petrova@sunrisecare.example", "Sunrise Home Care"),
    ("Omar Haddad", "omar.haddad@bridgehealth.example", "Bridge Health Foundation"),
)


def seed_demo(services: Services) -> None:
    """Make what is not there yet; what people changed stays as they left it."""
    known = {user.email for user in services.directory.users()}
    slugs = {organization.slug for organization in services.directory.organizations()}
    for slug, name in ORGANIZATIONS.items():
        if slug not in slugs:
            services.directory.add_organization(slug=slug, name=name)
    for person in DEMO_PEOPLE:
        if person.email not in known:
            services.directory.add_user(
                organization_slug=person.organization,
                email=person.email,
                name=person.name,
                password=DEMO_PASSWORD,
                roles=person.roles,
                given=person.given,
            )
    services.directory.add_contacts(organization_slug="demo", contacts=DEMO_CONTACTS)
