from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class AccountManager(BaseUserManager["Account"]):
    def create_account(self, email: str, name: str, password: str) -> "Account":
        account = self.model(email=email.lower(), name=name)
        account.set_password(password)
        account.save(using=self._db, force_insert=True)
        return account

    def get_by_natural_key(self, email: str | None) -> "Account":
        return self.get(email=(email or "").lower())


class Account(AbstractBaseUser):
    """Somebody who signs in, by email."""

    #: In lower case.
    email = models.EmailField(unique=True, max_length=200)
    name = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        db_table = "accounts"

    def __str__(self) -> str:
        return self.name
