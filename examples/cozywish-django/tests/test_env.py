from pathlib import Path

from django.test import SimpleTestCase

from project_root.addresses import Media, Store, database, media, store
from project_root.env import Env, Fault, SettingsError, boolean, choice, hosts, static_url

BASE = Path("/tmp/base")


class EnvTest(SimpleTestCase):
    def test_tells_all_faults_at_once(self) -> None:
        env = Env({"SWITCH": "maybe", "LEVEL": "loud", "EMPTY": ""})
        env.read("SWITCH", boolean, "off")
        env.read("LEVEL", choice("INFO", "DEBUG"), "INFO")
        env.required("EMPTY", " here")
        with self.assertRaises(SettingsError) as raised:
            env.check()
        self.assertEqual(
            raised.exception.faults,
            {
                "SWITCH": '"maybe" is neither true nor false',
                "LEVEL": '"loud" is none of INFO, DEBUG',
                "EMPTY": "is required here",
            },
        )
        self.assertIn("3 variables are wrong", str(raised.exception))

    def test_takes_the_default_for_what_is_empty(self) -> None:
        env = Env({"LEVEL": ""})
        self.assertEqual(env.read("LEVEL", choice("INFO", "DEBUG"), "info"), "INFO")
        env.check()

    def test_hosts(self) -> None:
        self.assertEqual(hosts("a.example, .b.example,"), ["a.example", ".b.example"])
        for wrong in ("*", "https://a.example", "a b"):
            with self.assertRaises(Fault, msg=wrong):
                hosts(wrong)

    def test_static_url(self) -> None:
        for right in ("/static/", "/a/b-1/", "https://cdn.example/static/", "https://cdn.example/"):
            self.assertEqual(static_url(right), right)
        for wrong in ("/", "static/", "/static", "ftp://cdn.example/", "/a b/"):
            with self.assertRaises(Fault, msg=wrong):
                static_url(wrong)


class DatabaseAddressTest(SimpleTestCase):
    parse = staticmethod(database(Path("/tmp/cw-base")))

    def test_sqlite(self) -> None:
        relative, absolute = self.parse("sqlite:///data/a.sqlite"), self.parse("sqlite:////tmp/cw-abs/a.sqlite")
        self.assertEqual(relative["NAME"], Path("/tmp/cw-base/data/a.sqlite"))
        self.assertEqual(absolute["NAME"], Path("/tmp/cw-abs/a.sqlite"))
        self.assertEqual(relative["OPTIONS"]["transaction_mode"], "IMMEDIATE")

    def test_postgres(self) -> None:
        config = self.parse("postgres://me:p%40ss@db.example:5433/cozy?sslmode=require")
        self.assertEqual(
            [config[name] for name in ("HOST", "PORT", "USER", "PASSWORD", "NAME")],
            ["db.example", 5433, "me", "p@ss", "cozy"],
        )
        self.assertEqual(config["OPTIONS"], {"connect_timeout": 3, "sslmode": "require"})

    def test_postgres_on_a_socket(self) -> None:
        for text in ("postgres://me@/cozy?host=/run/pg", "postgresql://me@/cozy?host=%2Frun%2Fpg"):
            config = self.parse(text)
            self.assertEqual((config["HOST"], config["NAME"], config["USER"]), ("/run/pg", "cozy", "me"))
            self.assertNotIn("host", config["OPTIONS"])

    def test_never_repeats_what_may_hold_a_password(self) -> None:
        for wrong in ("mysql://me:secret@h/n", "secret", "postgres://me:secret@h:port/n", "postgres://me:secret@h/"):
            with self.assertRaises(Fault) as raised:
                self.parse(wrong)
            self.assertNotIn("secret", str(raised.exception))


class OtherAddressesTest(SimpleTestCase):
    def test_media(self) -> None:
        self.assertEqual(media("file:///srv/my%20media"), Media(folder=Path("/srv/my media")))
        self.assertEqual(
            media("s3://pictures/a/b?region=eu-west-1&endpoint=http://127.0.0.1:9000"),
            Media(bucket="pictures", prefix="a/b", region="eu-west-1", endpoint="http://127.0.0.1:9000"),
        )
        for wrong in (
            "",
            "media",
            "file://media/x",
            "file:///",
            "s3://",
            "s3://b?colour=red",
            "s3://b?public=cdn.example",
            "ftp://x/y",
        ):
            with self.assertRaises(Fault, msg=wrong):
                media(wrong)

    def test_stores(self) -> None:
        self.assertEqual(store("memory:"), Store())
        self.assertTrue(store("redis://:secret@h:6379/1").redis)
        for wrong in ("redis:", "redis://", "redis://h:port/1", "redis://h/one", "memcached://h:1", "memory"):
            with self.assertRaises(Fault, msg=wrong):
                store(wrong)

    def test_same_database(self) -> None:
        here = store("redis://h")
        self.assertTrue(here.same_database(store("rediss://:secret@h:6379/0")))
        self.assertFalse(here.same_database(store("redis://h/1")))
        self.assertFalse(store("memory:").same_database(store("memory:")))
