from django.core.exceptions import ValidationError

MINIMUM_LENGTH = 10
MAXIMUM_LENGTH = 200


class LengthValidator:
    """Long enough to be hard to guess, short enough to be hashed in a moment."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) < MINIMUM_LENGTH:
            raise ValidationError(self.get_help_text(), code="password_too_short")
        if len(password) > MAXIMUM_LENGTH:
            raise ValidationError(f"At most {MAXIMUM_LENGTH} characters, please.", code="password_too_long")

    def get_help_text(self) -> str:
        return f"At least {MINIMUM_LENGTH} characters, please."
