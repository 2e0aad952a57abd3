"""Cache and sessions in a real Redis, and without it."""

from unittest import mock

from django.conf import settings
from django.core.cache import cache, caches
from django.test import TestCase, override_settings

from common import cache as quick

from .support.fixtures import PASSWORD, add_account, add_venue
from .support.servers import RedisServer

CACHE, SESSIONS = 1, 2


class RedisTest(TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.redis = RedisServer()
        cls.addClassCleanup(cls.redis.close)

    def setUp(self) -> None:
        if self.redis.process is None:
            self.redis.start()
        for database in (CACHE, SESSIONS):
            self.redis.client(database).flushdb()
        changed = override_settings(
            CACHES={
                "default": {"BACKEND": "common.cache.ForgivingRedisCache", "LOCATION": self.redis.url(CACHE)},
                "sessions": {"BACKEND": "common.cache.QuickRedisCache", "LOCATION": self.redis.url(SESSIONS)},
            },
            SESSION_ENGINE="common.redis_sessions",
        )
        changed.enable()
        self.addCleanup(changed.disable)
        # What one test has found out about Redis is nothing to the next.
        forget = mock.patch.object(quick, "_gone_until", 0.0)
        forget.start()
        self.addCleanup(forget.stop)
        add_venue()
        self.account = add_account(1)

    def sign_in(self) -> None:
        done = self.client.post("/sign-in", {"email": self.account.email, "password": PASSWORD})
        self.assertEqual(done.status_code, 303)

    def assertSignedIn(self) -> None:
        self.assertEqual(self.client.get("/bookings").status_code, 200)

    def test_sessions_survive_a_flush_of_the_cache(self) -> None:
        self.sign_in()
        cache.set("anything", 1)
        cache.clear()
        self.assertIsNone(cache.get("anything"))
        self.assertSignedIn()
        self.redis.client(CACHE).flushdb()
        self.assertSignedIn()
        self.redis.client(SESSIONS).flushdb()
        self.assertEqual(self.client.get("/bookings").status_code, 303)

    def test_what_is_kept_is_json(self) -> None:
        cache.set("cities", ["Dublin", "Wien"], 30)
        cache.set("count", 1)
        self.assertEqual((cache.get("cities"), cache.incr("count")), (["Dublin", "Wien"], 2))
        self.assertEqual(self.redis.client(CACHE).get(":1:cities"), b'["Dublin","Wien"]')

    def test_the_limit_of_sign_ins_counts_over_all_processes(self) -> None:
        for _ in range(5):
            self.client.post("/sign-in", {"email": self.account.email, "password": "wrong"})
        page = self.client.post("/sign-in", {"email": self.account.email, "password": PASSWORD})
        self.assertEqual(page.status_code, 429)

    def test_without_redis_pages_go_on_and_what_needs_a_session_says_so(self) -> None:
        self.sign_in()
        self.redis.kill()
        with self.assertLogs("cozywish.cache", "WARNING") as logs:
            for path in ("/", "/venues?q=calm", "/venues/still-water", "/sign-in"):
                self.assertEqual(self.client.get(path).status_code, 200, path)
        self.assertEqual(len(logs.output), 1)
        for answer in (
            self.client.get("/bookings"),
            self.client.post("/sign-in", {"email": self.account.email, "password": PASSWORD}),
            self.client.post("/sign-out"),
        ):
            self.assertContains(answer, "Back in a minute", status_code=503)
            self.assertEqual(answer["Retry-After"], "30")
        # Nobody has been signed out by it: the cookie is still there.
        self.assertNotEqual(self.client.cookies[settings.SESSION_COOKIE_NAME].value, "")

    def test_readiness_reports_it_and_stays_ready(self) -> None:
        self.redis.kill()
        with self.assertLogs("cozywish.health", "ERROR"):
            answer = self.client.get("/readyz")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.json()["checks"]["cache"]["status"], "fault")
        self.assertEqual(answer.json()["checks"]["sessions"]["status"], "fault")

    def test_connections_that_were_kept_are_made_anew(self) -> None:
        caches["sessions"].set("kept", 1)
        self.redis.kill()
        self.redis.start()
        self.assertIsNone(caches["sessions"].get("kept"))
        cache.set("again", 1)
        self.assertEqual(cache.get("again"), 1)
