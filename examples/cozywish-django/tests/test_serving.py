"""CozyWish under gunicorn, as it is released."""

import signal
from concurrent.futures import ThreadPoolExecutor

from django.test import SimpleTestCase, tag

from .support.processes import Place, stop
from .support.servers import wait_until
from .support.visitor import Visitor


@tag("processes")
class ServingTest(SimpleTestCase):
    def setUp(self) -> None:
        self.place = Place()
        self.addCleanup(self.place.close)

    def test_answers_what_is_in_flight_when_it_is_asked_to_stop(self) -> None:
        # Without a queue the job is done within the request, and takes that long.
        self.place.run("manage.py", "seed")
        web = self.place.start_web(workers=3, CONFIRMATION_MS="1500")
        visitor = Visitor(self.place)
        visitor.sign_up()
        with ThreadPoolExecutor(1) as threads:
            answer = threads.submit(visitor.book_first_free)
            wait_until(lambda: self.place.count("confirmation_runs") == 1, "the request is in the middle of its work")
            code, seconds = stop(web)
            self.assertIn("303", answer.result(20).splitlines()[0])
        self.assertEqual(code, 0)
        self.assertGreater(seconds, 0.5)
        self.assertLess(seconds, 10)
        self.assertFalse(self.place.socket.exists())

    def test_production_over_plain_http_is_sent_to_https_except_for_probes(self) -> None:
        self.place.start_web(workers=1, HTTPS_ONLY="true")
        self.assertIn("Location: https://localhost/venues", self.place.get("/venues"))
        self.assertIn("200 OK", self.place.get("/readyz").splitlines()[0])

    def test_each_line_is_logged_once_in_short_and_in_detail(self) -> None:
        log = self.place.folder / "cozywish.log"
        self.place.start_web(workers=2, LOG_FILE=str(log), COZY_RELEASE="r42", COZY_INSTANCE="web-1")
        self.place.get("/nowhere?what=was-looked-for")
        wait_until(lambda: "/nowhere" in log.read_text(), "the line is written")
        [console] = [line for line in self.place.said().splitlines() if "/nowhere" in line]
        [file] = [line for line in log.read_text().splitlines() if "/nowhere" in line]
        self.assertRegex(console, r"^INFO cozywish\.requests GET /nowhere 404 [\d.]+ms address=unix$")
        self.assertRegex(file, r"^\d{4}-\d\d-\d\d \S+ INFO cozywish\.requests request_log pid=\d+ thread=\d+ ")
        self.assertRegex(file, r"release=r42 instance=web-1 request=[0-9a-f]{32} GET /nowhere 404")
        self.assertNotIn("was-looked-for", self.place.said() + log.read_text())

    def test_a_log_that_is_rotated_from_outside_is_opened_anew_by_every_process(self) -> None:
        log = self.place.folder / "cozywish.log"
        self.place.start_web(workers=2, LOG_FILE=str(log))
        self.place.get("/before")
        log.rename(log.with_suffix(".1"))
        for _ in range(8):
            self.place.get("/after")
        wait_until(lambda: log.read_text().count("/after") == 8, "all lines are in the new file")
        self.assertNotIn("/after", log.with_suffix(".1").read_text())

    def test_levels_come_from_the_environment(self) -> None:
        self.place.start_web(workers=1, LOG_LEVEL="WARNING")
        self.place.get("/venues")
        self.assertNotIn("GET /venues", self.place.said())
        self.place.processes[0].send_signal(signal.SIGTERM)
        self.place.processes[0].wait(20)
        self.place.start_web(workers=1, LOG_LEVEL="DEBUG")
        self.assertIn("DEBUG cozywish.requests GET /healthz", self.place.said())

    def test_staging_says_how_long_an_answer_took(self) -> None:
        self.place.start_web(workers=1, DJANGO_SETTINGS_MODULE="project_root.settings.staging")
        answer = self.place.get("/readyz")
        self.assertRegex(answer, r'Server-Timing: app;dur=[\d.]+, db;dur=[\d.]+;desc="\d+ queries"')
        self.assertIn("X-Robots-Tag: noindex", answer)
