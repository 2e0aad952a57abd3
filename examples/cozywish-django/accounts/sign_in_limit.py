"""How often somebody may try to sign in."""

import hashlib

from django.core.cache import cache

WINDOW_SECONDS = 15 * 60
MOST_PER_ACCOUNT = 5
MOST_PER_ADDRESS = 60


def admit_sign_in(email: str, address: str) -> bool:
    """
    Counts an attempt to sign in, and says whether it may be looked at. It is counted before the password is checked,
    since a hundred attempts at once would otherwise all be let in by a count of none.
    """
    of_account = _count(_account_key(email, address))
    of_address = _count(f"sign-ins:address:{address}")
    return of_account <= MOST_PER_ACCOUNT and of_address <= MOST_PER_ADDRESS


def forgive_failed_sign_ins(email: str, address: str) -> None:
    """The owner has shown up, so the failures before don't count any more."""
    cache.delete(_account_key(email, address))


def _count(key: str) -> int:
    cache.add(key, 0, WINDOW_SECONDS)
    try:
        return cache.incr(key)
    # It ran out in between.
    except ValueError:
        return 1


def _account_key(email: str, address: str) -> str:
    """Per account and address: a stranger's failures don't lock the owner out at home."""
    digest = hashlib.sha256(email.lower().encode()).hexdigest()
    return f"sign-ins:account:{digest}:{address}"
