"""What is special about some of the calendars that the comparison goes over; about all others nothing is."""

NO_CALENDARS = (
    "calendars/big_bad_calendar.ics",
    "calendars/fuzz_testcase_0_char_in_component_name.ics",
    "calendars/pr_480_summary_with_colon.ics",
    "calendars/small_bad_calendar.ics",
    "calendars/fuzz_testcase_invalid_month.ics",
    "calendars/fuzz_testcase_vtimezone_lone_cr.ics",
    "calendars/issue_104_broken_calendar.ics",
    "calendars/parsing_error_in_UTC_offset.ics",
)
"""Texts that cannot be read, or in which nothing begins: the sandbox refuses them, and the other finds nothing."""

NOT_COMPARED: dict[str, tuple[str, ...]] = {
    "a start that stands twice stops recurring-ical-events": (
        "calendars/america_new_york_forward_reference.ics",
        "calendars/pacific_fiji.ics",
    ),
    "an event without a start stops recurring-ical-events": (
        "calendars/broken_ical.ics",
        "calendars/created_calendar_with_unicode_fields.ics",
        "calendars/issue_1050_multiple_calendars.ics",
        "calendars/issue_1050_uid_in_description.ics",
        "calendars/issue_1081_with_summary.ics",
        "calendars/issue_1549_binary_attachment.ics",
        "calendars/issue_1561_image_value.ics",
        "calendars/issue_322_expected_calendar.ics",
        "calendars/issue_722_missing_timezones.ics",
        "calendars/issue_798_related_to.ics",
        "calendars/issue_82_expected_output.ics",
        "calendars/rfc_5545_RDATE_example.ics",
        "calendars/rfc_6868.ics",
        "calendars/rfc_7256_multi_value_parameters.ics",
        "calendars/rfc_7986_conferences.ics",
        "calendars/rfc_7986_image.ics",
        "calendars/rfc_9253_gap.ics",
        "calendars/rfc_9253_related_to.ics",
        "events/event_with_escaped_character1.ics",
        "events/event_with_escaped_character2.ics",
        "events/event_with_escaped_character3.ics",
        "events/event_with_escaped_character4.ics",
        "events/event_with_escaped_characters.ics",
        "events/event_with_rsvp.ics",
        "events/event_with_unicode_organizer.ics",
        "events/issue_100_transformed_doctests_into_unittests.ics",
        "events/issue_355_url_escaping_empty_param.ics",
        "events/issue_64_event_with_ascii_summary.ics",
        "events/issue_64_event_with_non_ascii_summary.ics",
        "events/issue_82_expected_output.ics",
        "events/rfc_7265_request_status.ics",
        "events/rfc_9074_example_proximity.ics",
    ),
    "a TIME for a day stops recurring-ical-events": ("calendars/multiple_timezones.ics",),
}
"""What recurring-ical-events cannot read, with the reason; the sandbox says what it refuses and takes the rest."""

NOTHING_TO_SHOW: dict[str, tuple[str, ...]] = {
    "holds no event with a start, or no event at all": (
        "alarms/example.ics",
        "alarms/rfc_5545_absolute_alarm_example.ics",
        "alarms/rfc_5545_end.ics",
        "alarms/start_date.ics",
        "calendars/bom_calendar.ics",
        "calendars/calendar_with_unicode.ics",
        "calendars/empty.ics",
        "calendars/empty_RDATE.ics",
        "calendars/issue_1050_empty_calendar.ics",
        "calendars/issue_1050_timezone_only_calendar.ics",
        "calendars/issue_1238.ics",
        "calendars/rfc_7265_example_1.ics",
        "calendars/rfc_7986_properties.ics",
        "calendars/time.ics",
        "timezones/issue_237_brazilia_standard.ics",
        "timezones/issue_53_tzid_parsed_properly.ics",
        "timezones/issue_55_parse_error_on_utc_offset_with_seconds.ics",
        "timezones/pacific_fiji.ics",
        "calendars/no_events.ics",
    ),
    "holds what a calendar at Google has no place for: tasks, journals, free time": (
        "availabilities/rfc_7953_1.ics",
        "availabilities/rfc_7953_2.ics",
        "calendars/issue_1081_freebusy_comma_separated.ics",
        "calendars/issue_1633_freebusy_with_dates.ics",
        "calendars/issue_178_component_with_invalid_name_represented.ics",
        "calendars/issue_178_custom_component_inside_other.ics",
        "calendars/issue_27_multiple_periods_in_freebusy_multiple_freebusies.ics",
        "calendars/issue_27_multiple_periods_in_freebusy_one_freebusy.ics",
        "calendars/issue_798_freebusy.ics",
        "calendars/rfc_7953_3.ics",
        "freebusy/example.ics",
        "journals/example.ics",
        "todos/example.ics",
        "calendars/issue_97_simple_journal.ics",
        "calendars/issue_97_simple_todo.ics",
        "calendars/issue_97_todo_nodtstart.ics",
    ),
    "its events are broken on purpose, and both leave them out": (
        "calendars/broken_dtstart.ics",
        "calendars/invalid_duration.ics",
        "calendars/issue_1081_invalid_rrule_freq.ics",
        "calendars/issue_1081_invalid_start_and_end.ics",
        "calendars/issue_1081_invalid_start_valid_end.ics",
        "calendars/issue_165_missing_event.ics",
        "calendars/rfc_7529.ics",
        "events/issue_464_invalid_rdate.ics",
        "calendars/bad_rrule_missing_until_event.ics",
    ),
}
"""Where neither side finds anything, with the reason."""

_UNKNOWN_ZONE = "nothing explains its time zone, which recurring-ical-events takes for UTC; here the event is refused"
_BACKWARDS = "an event that ends before it starts is refused, as Google does; recurring-ical-events turns it round"
_MIXED = "a start that is a day with an end that is a moment is refused, as Google does"

DIFFERENT = {
    "calendars/issue_526_calendar_with_different_events.ics": _UNKNOWN_ZONE,
    "calendars/issue_526_calendar_with_event_subset.ics": _UNKNOWN_ZONE,
    "calendars/issue_526_calendar_with_events.ics": _UNKNOWN_ZONE,
    "calendars/issue_526_calendar_with_shuffeled_events.ics": _UNKNOWN_ZONE,
    "calendars/issue_722_missing_VTIMEZONE_custom.ics": _UNKNOWN_ZONE,
    "calendars/issue_722_timezone_transition_ambiguity.ics": "no IANA zone has the rules of its made-up time zone",
    "calendars/end_before_start_event.ics": _BACKWARDS,
    "calendars/issue_132_swapped_start_and_end.ics": _BACKWARDS,
    "calendars/issue_201_mixed_datetime_and_date.ics": _MIXED,
    "calendars/issue_201_test_matrix.ics": _MIXED,
    "calendars/issue_75_range_parameter.ics": "THISANDFUTURE is refused: Google splits such a series instead",
    "calendars/issue_117_until_before_dtstart.ics": "the start is an occurrence even where the rule ends before it",
}
"""Where the two differ, with the reason."""
