"""A calendar's access control list: its rules, and the memory of those that were taken away."""

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.sharing.access import ROLES, most

Json = dict[str, Any]

NOBODY = "none"
EVERYBODY = "default"
"""The scope, and the rule's id, of whoever comes."""

_EMAIL = re.compile(r"[\w.!#$%&'*+=?^`{|}~-]{1,128}@[\w-]+(\.[\w-]+)*")
_DOMAIN = re.compile(r"[\w-]+(\.[\w-]+)+")
_SHAPES = {"user": _EMAIL, "group": _EMAIL, "domain": _DOMAIN}
_LONGEST = 254
_FOR_EVERYBODY = ("none", "freeBusyReader", "reader")


@dataclass(slots=True)
class Rule:
    """What one scope may do; its role is none once it has been taken away."""

    scope_type: str
    value: str
    """Email or domain, in small letters; empty for everybody."""
    role: str
    version: int

    @property
    def id(self) -> str:
        """The rule's id, made of its scope."""
        return rule_id(self.scope_type, self.value)

    @property
    def etag(self) -> str:
        """Changes with every change of the rule."""
        return f'"{self.version:020}"'

    def to_json(self) -> Json:
        """Return it for the state file; not by ``asdict``, whose deep copies would hold up requests."""
        return {name: getattr(self, name) for name in self.__slots__}

    def resource(self) -> Json:
        """Return the rule as Google shows it."""
        scope = {"type": self.scope_type} | ({"value": self.value} if self.value else {})
        return {"kind": "calendar#aclRule", "etag": self.etag, "id": self.id, "scope": scope, "role": self.role}


@dataclass(slots=True)
class Acl:
    """The rules of one calendar."""

    rules: dict[str, Rule] = field(default_factory=dict)
    """By id, also those that were taken away."""
    version: int = 0
    epoch: str = field(default_factory=lambda: secrets.token_hex(4))
    """Part of every sync token; a new one lets all earlier tokens expire."""

    def role_of(self, email: str) -> str:
        """Return the most that any rule allows this account."""
        ids = (rule_id("user", email), rule_id("domain", email.rpartition("@")[2]), EVERYBODY)
        return most(*(self.rules[each].role for each in ids if each in self.rules))

    @property
    def public(self) -> str:
        """What everybody may do."""
        return self.rules[EVERYBODY].role if EVERYBODY in self.rules else NOBODY

    def get(self, wanted: str) -> Rule | None:
        """Return the rule of an id, if it is in force."""
        rule = self.rules.get(wanted.lower())
        return rule if rule is not None and rule.role != NOBODY else None

    def put(self, scope_type: str, value: str, role: str) -> Rule:
        """Let a scope have a role; the role none takes its rule away."""
        key = rule_id(scope_type, value)
        known = self.rules.get(key)
        if known is not None and known.role == role:
            return known
        self.version += 1
        rule = Rule(scope_type, value, role, self.version)
        self.rules[key] = rule
        return rule

    def to_json(self) -> Json:
        """Return everything, for the state file."""
        rules = {key: rule.to_json() for key, rule in self.rules.items()}
        return {"rules": rules, "version": self.version, "epoch": self.epoch}

    @classmethod
    def from_json(cls, data: Json) -> "Acl":
        """Read back what ``to_json`` returned."""
        return cls(**{**data, "rules": {key: Rule(**rule) for key, rule in data["rules"].items()}})


def rule_id(scope_type: str, value: str) -> str:
    """Return the id of a scope's rule."""
    return f"{scope_type}:{value}" if value else scope_type


def read_scope(scope: Json) -> tuple[str, str]:
    """Return type and value of a scope in a request; GoogleError 400 for one that does not exist."""
    kind = scope.get("type", EVERYBODY)
    if kind == EVERYBODY:
        return EVERYBODY, ""
    value, shape = scope.get("value", ""), _SHAPES.get(kind) if isinstance(kind, str) else None
    if shape is None or not isinstance(value, str) or len(value) > _LONGEST or not shape.fullmatch(value):
        raise GoogleError(400, "invalidScopeValue", "Invalid scope value.")
    return kind, value.lower()


def read_role(role: object, scope_type: str) -> str:
    """Return the role of a request; GoogleError 400 for one that does not exist or not for this scope."""
    if role not in ROLES:
        raise GoogleError(400, "invalid", "Invalid value for: role.")
    if scope_type == EVERYBODY and role not in _FOR_EVERYBODY:
        raise GoogleError(400, "illegalAccessRoleForDefault", "Illegal access role for default scope.")
    return str(role)
