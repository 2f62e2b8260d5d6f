"""The configuration in words: what a key means, what is wrong with one, the example file. Models in, text out."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

KeyPath = tuple[str, ...]


class Words:
    """The words about one model and its sections."""

    def __init__(self, model: type[BaseModel], prefix: str) -> None:
        self._model = model
        self._prefix = prefix
        self._defaults: dict[str, Any] = model().model_dump(mode="json")
        self.keys = dict(_keys(model))

    def variable(self, path: KeyPath) -> str:
        """Name the environment variable of a key."""
        return self._prefix + "__".join(path).upper()

    def problems(self, error: ValidationError, given: dict[str, Any]) -> list[str]:
        """Say each mistake once, in the order of the sections."""
        said: dict[KeyPath, str] = {}
        for detail in error.errors(include_url=False):
            path = self._key_of(detail["loc"])
            if detail["type"] == "needed":
                for name in detail["ctx"]["names"].split(","):
                    said.setdefault((*path, name), self._lacking((*path, name)))
            elif _stands(given, path):  # an inherited value is told about only where it was written
                said.setdefault(path, self._problem(path, detail))
        return list(said.values())

    def example(self) -> str:
        """Write every key with its meaning and default."""
        return "\n".join(self._described(self._model, (), ""))

    def _problem(self, path: KeyPath, detail: ErrorDetails) -> str:
        if detail["type"] == "extra_forbidden":
            return self._unknown(path)
        field = self._find(path)
        if field is None or section_of(field) is not None:
            return f"{self._name(path)} must be a section: write [{'.'.join(path)}] on a line, its keys below"
        why = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "string_type":
            why = "must stand in quotes"
        elif detail["type"].startswith(("tuple", "list")):
            why = "must be a list"
        value = "" if is_secret(field) else f" = {_shown(detail['input'])}"
        return f"{self._name(path)}{value}: {why[:1].lower()}{why[1:]}. {self._meaning(path)}"

    def _unknown(self, path: KeyPath) -> str:
        """Say that a key does not exist, and which one was probably meant."""
        section = self._section(path[:-1])
        names = list(section.model_fields) if section else []
        near = next(iter(difflib.get_close_matches(path[-1], names, 1, 0.5)), None)
        what = f"{self._name(path)}: there is no such {'key' if len(path) > 1 else 'section'}"
        if near is None:
            return f"{what}; there are: {', '.join(names)}"
        meant = (*path[:-1], near)
        if meant in self.keys:
            return f"{what}; perhaps {near}. {self._meaning(meant)}"
        return f"{what}; perhaps [{'.'.join(meant)}]"

    def _lacking(self, path: KeyPath) -> str:
        return f"{self._name(path)} is needed here. {self._meaning(path)}, or {self.variable(path)} in the environment"

    def _meaning(self, path: KeyPath) -> str:
        field = self.keys[path]
        value = field.examples[0] if field.examples else self._default(path)
        allowed = f" ({' or '.join(toml(word) for word in _choices(field))})" if _choices(field) else ""
        return f"{path[-1]}: {field.description}{allowed}; for example {path[-1]} = {toml(value)}"

    def _default(self, path: KeyPath) -> Any:
        value: Any = self._defaults
        for name in path:
            value = value[name]
        return value

    def _section(self, path: KeyPath) -> type[BaseModel] | None:
        model: type[BaseModel] | None = self._model
        for name in path:
            field = model.model_fields.get(name) if model else None
            model = section_of(field) if field else None
        return model

    def _find(self, path: KeyPath) -> FieldInfo | None:
        section = self._section(path[:-1]) if path else None
        return section.model_fields.get(path[-1]) if section else None

    def _key_of(self, loc: tuple[int | str, ...]) -> KeyPath:
        """Cut a place inside a value (an item of a list, a branch of a union) to the key it belongs to."""
        path: KeyPath = ()
        for name in loc:
            path = (*path, str(name))
            field = self._find(path)
            if field is None or section_of(field) is None:
                break
        return path

    def _name(self, path: KeyPath) -> str:
        return f"[{path[0]}]" if len(path) == 1 else f"[{'.'.join(path[:-1])}] {path[-1]}"

    def _described(self, model: type[BaseModel], path: KeyPath, meaning: str) -> Iterator[str]:
        fields = model.model_fields
        keys = {name: field for name, field in fields.items() if section_of(field) is None}
        if keys:
            yield from ("", f"# {meaning or (model.__doc__ or '').strip().splitlines()[0]}", f"[{'.'.join(path)}]")
        for name, field in keys.items():
            choices = [word for word in _choices(field) if word not in (field.description or "")]
            more = f" ({' or '.join(_choices(field))})" if choices else ""
            yield f"# {field.description}{more}"
            yield f"{name} = {toml(self._default((*path, name)))}"
        for name, field in fields.items():
            section = section_of(field)
            if section is not None:
                yield from self._described(section, (*path, name), field.description or "")


def section_of(field: FieldInfo) -> type[BaseModel] | None:
    """Return the model of a field that is a section."""
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def is_secret(field: FieldInfo) -> bool:
    """Say whether a key's value is never shown."""
    return field.annotation is SecretStr or field.repr is False


def toml(value: Any) -> str:
    """Write a value as TOML."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml(item) for item in value)}]"
    if isinstance(value, bool | int | float | str):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _keys(model: type[BaseModel], path: KeyPath = ()) -> Iterator[tuple[KeyPath, FieldInfo]]:
    for name, field in model.model_fields.items():
        section = section_of(field)
        if section is None:
            yield (*path, name), field
        else:
            yield from _keys(section, (*path, name))


def _choices(field: FieldInfo) -> list[str]:
    return [word for word in get_args(field.annotation) if isinstance(word, str)]


def _stands(given: Any, path: KeyPath) -> bool:
    for name in path:
        if not isinstance(given, dict) or name not in given:
            return False
        given = given[name]
    return True


def _shown(value: Any) -> str:
    text = toml(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
