"""What Google's token endpoint answers: access tokens, refresh tokens, id tokens."""

from typing import Any

from ce_calendar.sandbox.google.signing_in import scopes as names
from ce_calendar.sandbox.google.world import Account, World
from ce_calendar.sandbox.grants import ACCESS_SECONDS
from ce_calendar.sandbox.idtokens import access_token_hash

Json = dict[str, Any]

_CONSUMER_DOMAINS = frozenset({"gmail.com", "googlemail.com", "gmail.example"})
"""Where everybody can have an account; any other domain is an organization's."""


def access_answer(world: World, email: str, client_id: str, scopes: list[str], *, offline: bool = False) -> Json:
    """Return a token answer with a fresh access token and nothing else."""
    found = names.canonical(scopes)
    return {
        "access_token": world.grants.new_access(email, client_id, found, offline=offline),
        "expires_in": ACCESS_SECONDS - 1,
        "scope": " ".join(found),
        "token_type": "Bearer",
    }


def full_answer(
    world: World,
    email: str,
    client_id: str,
    scopes: list[str],
    *,
    nonce: str | None = None,
    new_refresh: bool = False,
    refresh: str | None = None,
) -> Json:
    """Return the answer to a code or a refresh token.

    Args:
        world: keeps what is issued.
        email: of the account.
        client_id: of the application.
        scopes: what the access token is for; with ``openid`` among them an id token comes along.
        nonce: for the id token.
        new_refresh: whether a refresh token is made.
        refresh: the one that was used, if any.
    """
    answer = access_answer(world, email, client_id, scopes, offline=new_refresh or refresh is not None)
    if new_refresh:
        refresh = answer["refresh_token"] = world.grants.new_refresh(email, client_id, names.canonical(scopes))
    left = world.grants.seconds_left(refresh) if refresh else None
    if left is not None:
        answer["refresh_token_expires_in"] = left
    account = world.accounts.get(email)
    if "openid" in scopes and account:
        answer["id_token"] = id_token(
            world, account, client_id, scopes, access_token=answer["access_token"], nonce=nonce
        )
    world.dirty = True
    return answer


def id_token(
    world: World, account: Account, client_id: str, scopes: list[str], *, access_token: str, nonce: str | None
) -> str:
    """Return a signed id token."""
    # The real time: whoever checks the token has not heard of the sandbox's clock being advanced.
    now = int(world.clock.now().timestamp() - world.clock.advanced)
    claims = {
        # Not accounts.google.com: nobody is to take it for the real one's, and discovery demands the own address.
        "iss": world.base_url,
        "azp": client_id,
        "aud": client_id,
        **person(account, scopes),
        "at_hash": access_token_hash(access_token),
        "iat": now,
        "exp": now + ACCESS_SECONDS,
    }
    return world.signer.sign(claims if nonce is None else claims | {"nonce": nonce})


def person(account: Account, scopes: list[str]) -> Json:
    """Return what these scopes let an application know of an account."""
    claims: Json = {"sub": account.subject}
    granted = names.canonical(scopes)
    domain = account.email.rpartition("@")[2]
    if domain not in _CONSUMER_DOMAINS and "openid" in granted:
        claims["hd"] = domain
    if names.EMAIL in granted:
        claims |= {"email": account.email, "email_verified": True}
    if names.PROFILE in granted:
        given, _, family = account.name.partition(" ")
        claims |= {"name": account.name, "given_name": given}
        if family:
            claims["family_name"] = family
    return claims
