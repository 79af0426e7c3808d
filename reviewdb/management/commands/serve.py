"""`manage.py serve`: sets up an empty state folder, then runs web and worker."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from benchmarks.models import Run
from benchmarks.services.archives import references_load
from benchmarks.services.runs import run_request
from frontend.accounts.signin import one_time_link
from reviewdb.common.web.permissions import OPERATOR
from reviewdb.env import env_int
from reviewdb.hosts import served
from reviewdb.reviews.models import Review, Role
from reviewdb.reviews.services.members import member_add

HOST = "127.0.0.1"
BUNDLED_REVIEW = "valverde2021"
FIRST_BENCHMARK = ("site-shift", "quick")
OWNER = "owner"
START_SECONDS = 60
STOP_SECONDS = 15
FOLLOWER = ("-m", "reviewdb.hosts.follower")
SERVED = "REVIEWDB_SERVED"
"""Variable that makes the web server's own processes end with their parent."""


class Command(BaseCommand):
    """Sets up, loads the review once, starts web and worker; both end with this command."""

    help = "Set up what is missing, then run the web server and a worker until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until a signal comes or one of the two processes ends."""
        port = env_int("PORT", 8000, low=1, high=65535)
        self.take_over(settings.REVIEWDB_HOME)
        refuse_taken_port(port)
        self.write_line("Preparing the database ...")
        call_command("migrate", verbosity=0)
        self.load_review_once()
        owner = self.ensure_owner()
        self.queue_first_benchmark(owner)
        address = f"http://{HOST}:{port}"
        ended: str | None = None
        with (
            stop_on_signals(),
            running(web_command(port)) as web,
            running(worker_command()) as worker,
            recorded(settings.REVIEWDB_HOME, web=web.pid, worker=worker.pid),
        ):
            wait_for(f"{address}/", web)
            shown = public_address(address)
            self.write_line(f"\nReviewDB is running at {shown}/")
            self.write_line(f"Sign in once with     {one_time_link(owner, shown)}")
            self.write_line("Ctrl-C stops it.\n")
            self.load_references()
            ended = wait_for_end(web, worker)
        if ended is not None:
            raise CommandError(f"{ended} ended by itself; the lines above say why")

    def write_line(self, text: str) -> None:
        """Print without buffering, also if standard output is a file."""
        self.stdout.write(text)
        self.stdout.flush()

    def take_over(self, home: Path) -> None:
        """End what a killed `serve` left behind; raises CommandError if another one is running."""
        if pid := served.serving(home):
            raise CommandError(
                f"ReviewDB already runs on this state folder, as process {pid}; "
                "stop it first, or name another folder in REVIEWDB_HOME"
            )
        for what in served.end_left_behind(home):
            self.write_line(f"Ended the {what} of an earlier start that was killed.")

    def load_review_once(self) -> None:
        """Load the bundled review if it is missing."""
        if not Review.objects.filter(slug=BUNDLED_REVIEW).exists():
            self.write_line("Loading the review of 129 studies ...")
            call_command("load_review", BUNDLED_REVIEW, stdout=self.stderr)

    def load_references(self) -> None:
        """Load the reference runs that come with the product; a bad one is named and left out."""
        started = time.monotonic()
        runs, faults = references_load()
        if runs:
            seconds = time.monotonic() - started
            self.write_line(f"Loaded {len(runs)} reference runs in {seconds:.1f} s.")
        for fault in faults:
            self.write_line(f"A reference run was not loaded: {fault}")

    def ensure_owner(self) -> Any:
        """Return the owner of the bundled review, created without a password if missing."""
        owner, is_new = get_user_model().objects.get_or_create(
            username=OWNER, defaults={"is_staff": True, "is_superuser": True}
        )
        if is_new:
            owner.set_unusable_password()
            owner.save(update_fields=["password"])
        for review in Review.objects.filter(slug=BUNDLED_REVIEW).exclude(memberships__user=owner):
            member_add(review=review, username=OWNER, role=Role.OWNER, user=OPERATOR)
        return owner

    def queue_first_benchmark(self, owner: Any) -> None:
        """Queue the quick benchmark at the first start, so that pages get results."""
        if Run.objects.filter(origin={}).exists():
            return
        benchmark, profile = FIRST_BENCHMARK
        run_request(
            benchmark=benchmark, profile=profile, strategies=None, seeds=None, requested_by=owner
        )
        self.write_line("Queued the quick benchmark; its results appear on the pages as it goes.")


def refuse_taken_port(port: int) -> None:
    """Raise CommandError if the port is taken."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            reason = f"port {port} on {HOST} is taken ({error.strerror})"
            raise CommandError(f"{reason}; choose another one, for example PORT=8001") from error


def public_address(local: str) -> str:
    """Return the address of the pages: behind a TLS proxy, https at the first host name.

    Behind such a proxy the local address only redirects to the public one.
    """
    return f"https://{host_name()}" if settings.REVIEWDB_HTTPS else local


def host_name() -> str:
    """Return the first allowed host name, skipping patterns such as ``*``."""
    names = [name for name in settings.ALLOWED_HOSTS if name[0] not in "*."]
    return names[0] if names else HOST


def web_command(port: int) -> list[str]:
    """Return the web server's command line."""
    return [
        *(sys.executable, *FOLLOWER, str(os.getpid()), "granian", "--interface", "wsgi"),
        *("--host", HOST, "--port", str(port), "--blocking-threads", "4"),
        *("--log-level", "warning", "reviewdb.wsgi:application"),
    ]


def worker_command() -> list[str]:
    """Return the worker's command line."""
    # Celery warns about root, which is usual in containers.
    quiet = ("-W", "ignore:You're running the worker with superuser privileges")
    return [
        *(sys.executable, *quiet, *FOLLOWER, str(os.getpid()), "celery", "-q", "-A", "reviewdb"),
        *("worker", "--loglevel", "warning", "--without-gossip", "--without-mingle"),
    ]


@contextlib.contextmanager
def running(command: list[str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a command in a process group of its own while the block lasts."""
    # In a group of its own the process does not get the terminal's Ctrl-C: it is stopped in order
    # from here.
    environment = {**os.environ, SERVED: "1"}
    process = subprocess.Popen(command, start_new_session=True, env=environment)  # noqa: S603 - our own command
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        # Kill the rest of the group: it did not stop in time, or its leader was killed.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def recorded(home: Path, **pids: int) -> Iterator[None]:
    """Record the processes while the block lasts."""
    served.record(home, {served.SERVE: os.getpid(), **pids})
    try:
        yield
    finally:
        served.clear(home)


@contextlib.contextmanager
def stop_on_signals() -> Iterator[None]:
    """End the block quietly on SIGINT, SIGTERM or SIGHUP."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    # A shell that starts this in the background makes it ignore SIGINT, so a handler is set all the
    # same. An ignored SIGHUP stays ignored, because nohup intends it.
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    previous = {number: signal.signal(number, stop) for number in numbers}
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def wait_for(address: str, web: "subprocess.Popen[bytes]") -> None:
    """Return once the address answers; raises CommandError after ``START_SECONDS``."""
    # Use an allowed host name. With https, also send the proxy's header: otherwise the answer is a
    # redirect to https, where only the proxy listens.
    headers = {"Host": host_name()}
    if settings.REVIEWDB_HTTPS:
        headers["X-Forwarded-Proto"] = "https"
    request = Request(address, headers=headers)  # noqa: S310 - our own http address
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and web.poll() is None:
        with contextlib.suppress(URLError, ConnectionError, TimeoutError):
            urlopen(request, timeout=5).close()  # noqa: S310 - our own http address
            return
        time.sleep(0.2)
    raise CommandError(f"the web server did not answer at {address} within {START_SECONDS} s")


def wait_for_end(web: "subprocess.Popen[bytes]", worker: "subprocess.Popen[bytes]") -> str:
    """Return the name of the process that ended first."""
    while True:
        for name, process in (("the web server", web), ("the worker", worker)):
            if process.poll() is not None:
                return name
        time.sleep(0.5)
