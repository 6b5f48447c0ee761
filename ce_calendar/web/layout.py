"""The frame of every page: side bar, top bar, content."""

import reflex as rx

from ce_calendar.web import addresses
from ce_calendar.web.components.icon_action import icon_action
from ce_calendar.web.components.native_form import native_form
from ce_calendar.web.frame import FrameState
from ce_calendar.web.theme import CONTENT_WIDTH, PHONE_ONLY, SIDEBAR_WIDTH, WIDE_ONLY

MEETINGS = (
    ("Activity", "calendar-days", addresses.ACTIVITY),
    ("Contacts", "users", addresses.CONTACTS),
    ("Calendar connections", "link-2", addresses.CONNECTIONS),
)
MANAGEMENT = (("Module settings", "sliders-horizontal", addresses.MODULE),)
EMPLOYEES = (
    ("Employees", "contact-round", addresses.EMPLOYEES),
    ("Tasks", "list-checks", addresses.TASKS),
)
EMPLOYEE_MANAGEMENT = (("Google Calendar", "calendar-cog", addresses.EMPLOYEE_CALENDARS),)


def skip_link() -> rx.Component:
    """For the keyboard: past the navigation."""
    # Followed by the router, which moves the page and not the focus.
    move_focus = rx.call_script("document.getElementById('content').focus()")
    return rx.el.a("Skip to content", href="#content", on_click=move_focus, class_name="skip-link")


def brand() -> rx.Component:
    """The product's mark and name."""
    return rx.link(
        rx.flex(
            rx.image(src="/mark.svg", width="28px", height="28px", alt=""),
            rx.text("CE Calendar", size="3", weight="bold"),
            align="center",
            spacing="3",
        ),
        href=addresses.HOME,
        underline="none",
        color="var(--gray-12)",
    )


def _item(label: str, icon: str, href: str, *, current: str) -> rx.Component:
    here = href == current
    return rx.el.li(
        rx.link(
            rx.flex(rx.icon(icon, size=17, aria_hidden="true"), label, align="center", spacing="3"),
            href=href,
            underline="none",
            size="2",
            weight="medium" if here else "regular",
            class_name="nav-item",
            custom_attrs={"aria-current": "page"} if here else {},
        )
    )


def _items(entries: tuple[tuple[str, str, str], ...], *, for_whom: bool, current: str) -> rx.Component:
    return rx.cond(for_whom, rx.fragment(*(_item(*entry, current=current) for entry in entries)))


def _group(title: str, *items: rx.Component) -> rx.Component:
    return rx.box(
        rx.text(title, size="1", weight="medium", color_scheme="gray", padding="0 12px 6px"),
        rx.el.ul(*items, class_name="nav-list", aria_label=title),
        margin_bottom="20px",
    )


def navigation(current: str) -> rx.Component:
    """Only what exists and what the person may open."""
    has_meetings = FrameState.sees_meetings | FrameState.manages
    has_employees = FrameState.sees_employees | FrameState.manages_employees
    return rx.el.nav(
        rx.cond(
            has_meetings,
            _group(
                "Community engagement",
                _items(MEETINGS, for_whom=FrameState.sees_meetings, current=current),
                _items(MANAGEMENT, for_whom=FrameState.manages, current=current),
            ),
        ),
        rx.cond(
            has_employees,
            _group(
                "ERP",
                _items(EMPLOYEES, for_whom=FrameState.sees_employees, current=current),
                _items(EMPLOYEE_MANAGEMENT, for_whom=FrameState.manages_employees, current=current),
            ),
        ),
        rx.cond(
            (FrameState.email != "") & ~has_meetings & ~has_employees,
            rx.el.ul(
                _item("Your account", "circle-user-round", addresses.ACCOUNT, current=current),
                class_name="nav-list",
            ),
        ),
        aria_label="Main",
        width="100%",
    )


def _side_bar(current: str) -> rx.Component:
    return rx.el.aside(
        rx.box(brand(), padding="4px 12px 24px"),
        navigation(current),
        aria_label="Side bar",
        flex_direction="column",
        display=WIDE_ONLY,
        width=SIDEBAR_WIDTH,
        flex_shrink="0",
        padding="18px 14px",
        border_right="1px solid var(--gray-4)",
        box_sizing="border-box",
        background="var(--gray-2)",
        position="sticky",
        top="0",
        height="100vh",
        overflow_y="auto",
    )


def _drawer(current: str) -> rx.Component:
    return rx.drawer.root(
        rx.drawer.trigger(
            icon_action("menu", "Open navigation", size="3"),
            as_child=True,
        ),
        rx.drawer.overlay(z_index="20"),
        rx.drawer.portal(
            rx.drawer.content(
                rx.flex(
                    rx.drawer.title("Navigation", class_name="visually-hidden"),
                    rx.drawer.description("The pages you may open", class_name="visually-hidden"),
                    rx.flex(
                        brand(),
                        rx.drawer.close(
                            icon_action("x", "Close navigation"),
                            as_child=True,
                        ),
                        justify="between",
                        align="center",
                        padding="4px 12px 24px",
                    ),
                    navigation(current),
                    direction="column",
                    width="100%",
                ),
                height="100%",
                width="288px",
                max_width="85vw",
                padding="18px 14px",
                background="var(--color-panel-solid)",
                z_index="21",
            )
        ),
        direction="left",
    )


def _user_menu() -> rx.Component:
    return rx.popover.root(
        rx.popover.trigger(
            rx.button(
                rx.avatar(fallback=FrameState.initials, size="2", radius="full", variant="soft", high_contrast=True),
                variant="ghost",
                color_scheme="gray",
                radius="full",
                padding="2px",
                aria_label="Your menu",
                data_testid="user-menu",
            )
        ),
        rx.popover.content(
            rx.text(FrameState.name, size="2", weight="medium"),
            rx.text(FrameState.email, size="1", color_scheme="gray", style={"overflow_wrap": "anywhere"}),
            rx.separator(size="4", margin_y="10px"),
            rx.link(
                rx.flex(
                    rx.icon("circle-user-round", size=16, aria_hidden="true"), "Account", align="center", spacing="3"
                ),
                href=addresses.ACCOUNT,
                underline="none",
                size="2",
                class_name="nav-item",
            ),
            native_form(
                rx.el.button(
                    rx.icon("log-out", size=16, aria_hidden="true"),
                    "Sign out",
                    type="submit",
                    class_name="nav-item",
                    data_testid="sign-out",
                ),
                action=addresses.SIGN_OUT_POST,
            ),
            align="end",
            width="240px",
            size="1",
            aria_label="Your menu",
        ),
    )


def color_mode_button() -> rx.Component:
    """Light or dark."""
    return rx.icon_button(
        rx.color_mode_cond(light=rx.icon("moon", size=18), dark=rx.icon("sun", size=18)),
        on_click=rx.toggle_color_mode,
        variant="ghost",
        color_scheme="gray",
        size="3",
        aria_label="Switch between light and dark",
    )


def _top_bar(current: str) -> rx.Component:
    return rx.el.header(
        rx.flex(
            rx.box(_drawer(current), display=PHONE_ONLY),
            rx.text(FrameState.organization, size="2", weight="medium", truncate=True, min_width="0"),
            rx.spacer(),
            color_mode_button(),
            rx.cond(FrameState.email != "", _user_menu()),
            align="center",
            spacing="4",
            height="60px",
            padding_x=["16px", "16px", "24px", "32px"],
        ),
        class_name="top-bar",
    )


def framed(*content: rx.Component, current: str = "") -> rx.Component:
    """A page inside the frame.

    Args:
        content: what the page shows, from its header down.
        current: the page's own address, to mark it in the navigation.
    """
    return rx.fragment(
        skip_link(),
        rx.flex(
            _side_bar(current),
            rx.box(
                _top_bar(current),
                rx.el.main(
                    rx.flex(*content, direction="column", spacing="5", width="100%"),
                    id="content",
                    tab_index=-1,
                    class_name="content",
                    style={"max_width": CONTENT_WIDTH},
                ),
                flex="1 1 0",
                min_width="0",
            ),
            min_height="100vh",
        ),
    )


def unframed(*content: rx.Component) -> rx.Component:
    """A page of its own, for people who are not signed in."""
    return rx.el.main(
        rx.flex(
            *content,
            direction="column",
            align="stretch",
            justify="center",
            spacing="5",
            width="100%",
            max_width="400px",
            margin="0 auto",
            min_height="100vh",
            padding="24px 16px",
        ),
        id="content",
    )
