"""The worker as it is run, with a real Redis and a database of its own."""

import os
import signal
import time

from django.test import SimpleTestCase, tag

from .support.processes import Place, stop
from .support.servers import RedisServer, wait_until

QUEUE = 3
BOOK = """
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from accounts.models import Account
from bookings.slots import SlotRequest
from bookings.taking import book
from venues.models import Service, Venue
count, first = {count}, Account.objects.count()
venue, _ = Venue.objects.get_or_create(slug="v", defaults=dict(name="V", city="C", address="A", description="D",
    time_zone="UTC", opens_at=0, closes_at=1440, rooms=100, rating=5, review_count=1))
Service.objects.get_or_create(slug="s", defaults=dict(venue=venue, name="S", category="massage", description="D",
    duration_minutes=30, price_cents=100))
service, now = Service.objects.select_related("venue").get(), timezone.now()
for number in range(first, first + count):
    account = Account(email=f"{{number}}@cozywish.example", name="N", password="!"); account.save()
    book(SlotRequest(account, service, now.date() + timedelta(days=2), 600), now)
"""


@tag("processes")
class WorkerTest(SimpleTestCase):
    def setUp(self) -> None:
        self.redis = RedisServer()
        self.addCleanup(self.redis.close)
        self.place = Place(QUEUE_URL=self.redis.url(QUEUE))
        self.addCleanup(self.place.close)

    def book(self, count: int, **environment: str) -> None:
        self.place.run("-c", BOOK.format(count=count), **environment)

    def wait_until_sent(self, count: int) -> None:
        wait_until(lambda: self.place.count("confirmations") == count, f"{count} confirmations are sent", 30)

    def assertEachOnce(self, count: int) -> None:
        self.assertEqual(self.place.count("confirmations"), count)
        self.assertEqual(self.place.count("outstanding_confirmations"), 0)
        self.assertEqual(
            self.place.rows("select outcome, count(*) from confirmation_runs group by 1"), [("sent", count)]
        )

    def test_sends_each_once_and_loses_none_while_redis_is_gone(self) -> None:
        worker = self.place.start_worker(COZY_INSTANCE="worker-1")
        self.book(3)
        self.wait_until_sent(3)
        self.assertEachOnce(3)
        self.assertEqual(self.place.rows("select distinct sent_by, attempt from confirmations"), [("worker-1", 1)])
        self.redis.kill()
        started = time.monotonic()
        self.book(3)
        self.assertLess(time.monotonic() - started, 20, "a page would have waited that long")
        self.assertEqual((self.place.count("bookings"), self.place.count("outstanding_confirmations")), (6, 3))
        self.assertIsNone(worker.poll())
        self.redis.start()
        self.wait_until_sent(6)
        self.assertEachOnce(6)
        self.assertEqual(stop(worker)[0], 0)

    def test_asked_to_stop_it_finishes_what_it_has_begun_and_leaves_the_rest(self) -> None:
        worker = self.place.start_worker(CONFIRMATION_MS="3000", COZY_INSTANCE="old")
        self.book(6)
        wait_until(lambda: self.place.count("confirmation_runs") == 2, "two jobs are begun")
        self.assertEqual(stop(worker)[0], 0)
        self.assertEqual(self.place.rows("select count(*) from confirmations where sent_by = 'old'"), [(2,)])
        self.assertEqual(self.place.count("confirmation_runs"), 2)
        # Those that it had fetched beforehand are back in the queue too.
        self.assertEqual(self.redis.client(QUEUE).llen("cozywish"), 4)
        self.place.start_worker(COZY_INSTANCE="new")
        self.wait_until_sent(6)
        self.assertEachOnce(6)

    def test_killed_in_the_middle_of_a_job_it_loses_none(self) -> None:
        worker = self.place.start_worker(CONFIRMATION_MS="30000")
        self.book(1)
        wait_until(lambda: self.place.count("confirmation_runs") == 1, "the job is begun")
        self.kill_tree(worker.pid)
        worker.wait()
        # As the sweep will find it after two minutes.
        self.place.rows("update outstanding_confirmations set next_try_at = created_at")
        self.place.start_worker()
        self.wait_until_sent(1)
        runs = self.place.rows("select attempt, outcome from confirmation_runs order by attempt")
        self.assertEqual(runs, [(1, None), (2, "sent")])

    def test_without_a_queue_it_idles_and_sweeps_by_itself(self) -> None:
        self.book(1, QUEUE_URL="memory:")
        self.assertEachOnce(1)
        self.place.rows("delete from confirmations")
        self.place.rows("delete from confirmation_runs")
        self.place.rows(
            "insert into outstanding_confirmations (booking_id, created_at, tries, next_try_at) "
            "select id, created_at, 0, created_at from bookings"
        )
        worker = self.place.start_worker(QUEUE_URL="memory:")
        self.wait_until_sent(1)
        self.assertEqual(stop(worker)[0], 0)

    def kill_tree(self, pid: int) -> None:
        """The worker first, so that it can't look after its children."""
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            children = [int(child) for child in file.read().split()]
        for each in (pid, *children):
            os.kill(each, signal.SIGKILL)
