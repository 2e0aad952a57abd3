from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from .models import Account
from .passwords import MINIMUM_LENGTH

ACCOUNT_EXISTS = "There is an account with this address. Sign in instead?"


def _input(kind: type[forms.TextInput], autocomplete: str) -> forms.TextInput:
    return kind(attrs={"autocomplete": autocomplete, "maxlength": False})


class SignUpForm(forms.Form):
    name = forms.CharField(
        label="Your name",
        max_length=80,
        widget=_input(forms.TextInput, "name"),
        error_messages={
            "required": "What may we call you?",
            "max_length": "That is longer than we can print.",
        },
    )
    email = forms.EmailField(
        label="Email",
        max_length=200,
        widget=_input(forms.EmailInput, "email"),
        error_messages={
            "required": "This doesn't look like an email address.",
            "invalid": "This doesn't look like an email address.",
            "max_length": "This doesn't look like an email address.",
        },
    )
    password = forms.CharField(
        label=f"Password, at least {MINIMUM_LENGTH} characters",
        strip=False,
        widget=_input(forms.PasswordInput, "new-password"),
        error_messages={"required": f"At least {MINIMUM_LENGTH} characters, please."},
    )

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        if Account.objects.filter(email=email).exists():
            raise ValidationError(ACCOUNT_EXISTS)
        return email

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password)
        return password


class SignInForm(forms.Form):
    """Looser than signing up: what is wrong is only ever told as "email or password"."""

    email = forms.CharField(label="Email", required=False, max_length=200, widget=_input(forms.EmailInput, "username"))
    password = forms.CharField(
        label="Password",
        required=False,
        strip=False,
        max_length=200,
        widget=_input(forms.PasswordInput, "current-password"),
    )
