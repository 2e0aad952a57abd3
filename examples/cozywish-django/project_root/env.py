"""Environment variables: read, checked, and all that is wrong with them told at once."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

Value = TypeVar("Value")


class SettingsError(ImproperlyConfigured):
    """Variables that CozyWish can't start with, each with what is wrong with it."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        count = "a variable is" if len(faults) == 1 else f"{len(faults)} variables are"
        lines = [f"  {name}: {fault}" for name, fault in faults.items()]
        super().__init__(
            "\n".join([f"CozyWish can't start, {count} wrong:", *lines, "Every variable is explained in .env.example."])
        )
        self.faults = dict(faults)


class Fault(ValueError):
    """What is wrong with one variable. Its text is shown: it never repeats a value that may hold a password."""


class Env:
    """
    Reads variables one by one and remembers every fault; `check` tells them. An empty variable counts as one that
    is not there.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._given = {name: value for name, value in environment.items() if value}
        self._faults: dict[str, str] = {}

    def text(self, name: str, default: str = "") -> str:
        return self._given.get(name, default)

    def read(self, name: str, parse: Callable[[str], Value], default: str) -> Value:
        """The parsed variable. With a fault it is the parsed default, which nobody gets to see: `check` raises."""
        try:
            return parse(self._given.get(name, default))
        except Fault as fault:
            self.fault(name, str(fault))
            return parse(default)

    def required(self, name: str, hint: str) -> str:
        if name not in self._given:
            self.fault(name, f"is required{hint}")
        return self._given.get(name, "")

    def fault(self, name: str, text: str) -> None:
        self._faults.setdefault(name, text)

    def check(self) -> None:
        """Raises SettingsError if anything was wrong. Every settings module ends with it."""
        if self._faults:
            raise SettingsError(self._faults)


def boolean(text: str) -> bool:
    known = {"true": True, "1": True, "on": True, "yes": True, "false": False, "0": False, "off": False, "no": False}
    if text.lower() not in known:
        raise Fault(f'"{text}" is neither true nor false')
    return known[text.lower()]


def choice(*names: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.upper() not in names:
            raise Fault(f'"{text}" is none of {", ".join(names)}')
        return text.upper()

    return parse


def number(text: str) -> float:
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        raise Fault(f'"{text}" is not a number')
    return float(text)


def hosts(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    wrong = [name for name in names if re.search(r"[/\s]", name) or name == "*"]
    if wrong:
        raise Fault(f'"{wrong[0]}" is not the name of a host; write them as example.com,.example.org')
    return names


def static_url(text: str) -> str:
    if not re.fullmatch(r"(/|https?://[^/\s]+/)([\w.-]+/)*", text) or text == "/":
        raise Fault(f'"{text}" must be a path or an http(s) address, and end with a slash, such as /static/')
    return text
