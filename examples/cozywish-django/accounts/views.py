import logging
import re

from django.contrib.auth import authenticate, login, logout
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from common.client import client_address

from .forms import ACCOUNT_EXISTS, SignInForm, SignUpForm
from .models import Account
from .security import sign_in_limited
from .sign_in_limit import WINDOW_SECONDS, admit_sign_in, forgive_failed_sign_ins

log = logging.getLogger("cozywish.accounts")

WRONG = "The email or the password is not right."
TOO_MANY = "Too many attempts. Please wait a quarter of an hour."


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    way_on = safe_next(request)
    if request.method != "POST":
        return render(request, "accounts/sign_up.html", {"form": SignUpForm(), "next": way_on})
    form = SignUpForm(request.POST)
    account = _create(form) if form.is_valid() else None
    if account is None:
        return render(request, "accounts/sign_up.html", {"form": form, "next": way_on}, status=422)
    log.info("account.created account=%s", account.pk)
    login(request, account)
    return see_other(way_on)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    way_on = safe_next(request)
    if request.method != "POST":
        return render(request, "accounts/sign_in.html", {"form": SignInForm(), "next": way_on})
    form = SignInForm(request.POST)
    form.is_valid()
    email = str(form.cleaned_data.get("email", ""))
    address = client_address(request)
    if not admit_sign_in(email, address):
        sign_in_limited(request)
        response = _refuse(request, form, TOO_MANY, status=429)
        response["Retry-After"] = str(WINDOW_SECONDS)
        return response
    account = authenticate(request, username=email, password=form.cleaned_data.get("password", ""))
    if account is None:
        return _refuse(request, form, WRONG, status=401)
    forgive_failed_sign_ins(email, address)
    login(request, account)
    return see_other(way_on)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return see_other("/")


def _create(form: SignUpForm) -> Account | None:
    try:
        return Account.objects.create_account(**form.cleaned_data)
    # Somebody has taken the address since the form looked.
    except IntegrityError:
        form.add_error("email", ACCOUNT_EXISTS)
        return None


def _refuse(request: HttpRequest, form: SignInForm, text: str, status: int) -> HttpResponse:
    context = {"form": form, "next": safe_next(request), "failure": text}
    return render(request, "accounts/sign_in.html", context, status=status)


def safe_next(request: HttpRequest) -> str:
    """Where to go after signing in: a path of ours, never another site that a link has smuggled in."""
    way = request.POST.get("next") or request.GET.get("next") or "/"
    return way if re.fullmatch(r"/(?![/\\])[^\\\s]*", way) else "/"


def see_other(way: str) -> HttpResponse:
    """After a form: the browser asks for the next page, and loading that again sends nothing twice."""
    response = HttpResponseRedirect(way)
    response.status_code = 303
    return response
