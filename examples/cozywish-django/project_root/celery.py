"""
The worker: `celery -A project_root worker`. QUEUE_URL says where its jobs come from.

A job is taken off the queue when it is done, not when it is begun, and a worker has no more of them at hand than it
can do at once: one that is killed loses nothing. So a job may be done twice, and each must be able to bear that.
"""

import logging.config
import os
import warnings
from typing import Any

from celery import Celery, bootsteps, signals
from celery.exceptions import CPendingDeprecationWarning

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project_root.settings.production")

SWEEP_EVERY_SECONDS = 60

app = Celery("cozywish")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_default_queue="cozywish",
    task_serializer="json",
    accept_content=["json"],
    # Nobody asks for results: the database has them.
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    # The sweep puts back what is late; Redis only has to do it for what the sweep doesn't know of.
    broker_transport_options={
        "visibility_timeout": 6 * 3600,
        "socket_connect_timeout": 1,
        "socket_timeout": 30,
        # For whoever puts a job in: a page can't wait for Redis to come back.
        "max_retries": 0,
        "interval_start": 0,
    },
    task_publish_retry=False,
    # For a worker: it waits, for as long as it takes.
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # A worker that has lost its queue finishes what it has begun.
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
)
app.autodiscover_tasks(["bookings"])
# Said at each loss of the connection: that another version will decide otherwise where we had not.
warnings.filterwarnings("ignore", category=CPendingDeprecationWarning)


class Sweep(bootsteps.StartStopStep):
    """
    Has the outbox swept when the worker starts, whenever its queue is back, and each minute. The job is thrown away
    if the next one has come before it is done.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)
    timer: Any = None

    def start(self, parent: Any) -> None:
        sweep()
        self.timer = parent.timer.call_repeatedly(SWEEP_EVERY_SECONDS, sweep)

    def stop(self, parent: Any) -> None:
        if self.timer:
            self.timer.cancel()
            self.timer = None

    shutdown = stop


app.steps["consumer"].add(Sweep)


def sweep() -> None:
    from bookings.tasks import sweep_confirmations

    try:
        sweep_confirmations.apply_async(expires=SWEEP_EVERY_SECONDS)
    except Exception as error:
        logging.getLogger("cozywish.confirmations").warning("sweep.not-enqueued %s", type(error).__name__)


@signals.setup_logging.connect
def set_up_logging(loglevel: int | str | None = None, **_: Any) -> None:
    """As in the web process (project_root/log_config.py), in place of what Celery would do."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
    if loglevel:
        logging.getLogger("celery").setLevel(loglevel)
