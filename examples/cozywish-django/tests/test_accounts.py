from django.core.cache import cache
from django.test import RequestFactory, SimpleTestCase, TestCase

from accounts.models import Account
from accounts.views import safe_next
from common.client import client_address

from .support.fixtures import PASSWORD, add_account

FORM = {"name": "Ann", "email": "Ann@CozyWish.example", "password": PASSWORD, "next": "/bookings"}


class SignUpTest(TestCase):
    def test_makes_an_account_and_signs_in(self) -> None:
        done = self.client.post("/sign-up", FORM)
        self.assertRedirects(done, "/bookings", status_code=303)
        self.assertEqual(Account.objects.get().email, "ann@cozywish.example")
        self.assertContains(self.client.get("/"), "Signed in as Ann")

    def test_says_what_is_wrong_with_each_field(self) -> None:
        for change, fault in (
            ({"name": " "}, "What may we call you?"),
            ({"email": "ann"}, "This doesn&#x27;t look like an email address."),
            ({"password": "short"}, "At least 10 characters, please."),
            ({"password": "x" * 201}, "At most 200 characters, please."),
            ({"password": "1234567890"}, "too common"),
        ):
            page = self.client.post("/sign-up", {**FORM, **change})
            self.assertContains(page, fault, status_code=422)
            self.assertContains(page, 'aria-invalid="true"', status_code=422)
            self.assertNotContains(page, PASSWORD, status_code=422)
        self.assertEqual(Account.objects.count(), 0)

    def test_one_account_an_address(self) -> None:
        self.client.post("/sign-up", FORM)
        page = self.client.post("/sign-up", {**FORM, "email": "ann@cozywish.EXAMPLE"})
        self.assertContains(page, "There is an account with this address.", status_code=422)


class SignInTest(TestCase):
    def setUp(self) -> None:
        cache.clear()
        self.account = add_account(1)
        self.right = {"email": "Guest-1@cozywish.example", "password": PASSWORD, "next": "/venues"}

    def test_in_and_out(self) -> None:
        self.assertRedirects(self.client.post("/sign-in", self.right), "/venues", status_code=303)
        self.assertEqual(self.client.get("/bookings").status_code, 200)
        self.assertEqual(self.client.post("/sign-out").status_code, 303)
        self.assertEqual(self.client.get("/bookings").status_code, 303)

    def test_a_failure_is_logged_without_what_was_typed(self) -> None:
        for email, reason in ((self.account.email, "wrong-password"), ("nobody@cozywish.example", "unknown-account")):
            with self.assertLogs("cozywish.security", "WARNING") as logs:
                page = self.client.post("/sign-in", {"email": email, "password": "hunter2-hunter2"})
            self.assertContains(page, "The email or the password is not right.", status_code=401)
            self.assertEqual(len(logs.output), 1)
            self.assertIn(f"security.sign-in-failed reason={reason}", logs.output[0])
            self.assertNotIn("hunter2", logs.output[0])
            self.assertNotIn(email, logs.output[0])

    def test_too_many_attempts(self) -> None:
        for _ in range(5):
            self.client.post("/sign-in", {**self.right, "password": "wrong"})
        with self.assertLogs("cozywish.security", "WARNING") as logs:
            page = self.client.post("/sign-in", self.right)
        self.assertContains(page, "Too many attempts.", status_code=429)
        self.assertEqual(page["Retry-After"], "900")
        self.assertIn("reason=too-many-attempts", logs.output[0])
        # Somebody else's failures don't lock the owner out at home.
        home = self.client.post("/sign-in", self.right, headers={"X-Forwarded-For": "203.0.113.7"})
        self.assertEqual(home.status_code, 303)

    def test_success_forgives_what_came_before(self) -> None:
        for _ in range(4):
            for _ in range(4):
                self.client.post("/sign-in", {**self.right, "password": "wrong"})
            self.assertEqual(self.client.post("/sign-in", self.right).status_code, 303)

    def test_signing_in_changes_the_session(self) -> None:
        self.client.get("/sign-in")
        self.client.post("/sign-in", self.right)
        first = self.client.cookies["cozywish_session"].value
        self.client.post("/sign-in", self.right)
        self.assertNotEqual(first, "")
        self.assertIn("httponly", str(self.client.cookies["cozywish_session"]).lower())


class WayOnTest(SimpleTestCase):
    def test_only_to_paths_of_ours(self) -> None:
        make = RequestFactory()
        self.assertEqual(safe_next(make.get("/sign-in", {"next": "/bookings?done=booked"})), "/bookings?done=booked")
        for wrong in ("//evil.example", "https://evil.example", "/\\evil.example", "/a b", "bookings", "/\n/evil"):
            self.assertEqual(safe_next(make.get("/sign-in", {"next": wrong})), "/", wrong)

    def test_the_address_of_a_client(self) -> None:
        make = RequestFactory()
        for peer, forwarded, address in (
            ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
            ("127.0.0.1", "", "127.0.0.1"),
            ("", "8.8.8.8, 10.0.0.1", "8.8.8.8"),
            ("10.0.0.2", "1.1.1.1, 8.8.8.8", "8.8.8.8"),
            ("", "", "unix"),
        ):
            request = make.get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
            self.assertEqual(client_address(request), address, (peer, forwarded))
