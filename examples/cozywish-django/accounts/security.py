"""
What whoever guards CozyWish wants to know, in the logger `cozywish.security`. Neither the password nor the email as
typed: people have been seen to type the one in place of the other.
"""

import logging
from typing import Any

from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from common.client import client_address

from .models import Account

log = logging.getLogger("cozywish.security")


@receiver(user_login_failed)
def sign_in_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    email = str(credentials.get("username", "")).lower()
    account = Account.objects.filter(email=email).values_list("pk", flat=True).first()
    log.warning(
        "security.sign-in-failed reason=%s account=%s address=%s",
        "unknown-account" if account is None else "wrong-password",
        account,
        client_address(request) if request else "-",
    )


def sign_in_limited(request: HttpRequest) -> None:
    log.warning("security.sign-in-failed reason=too-many-attempts address=%s", client_address(request))
