"""Reads a YAML file of ours strictly: no repeated keys, and numbers and dates that should be text are found."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from tracker.errors import CatalogueError

# The parser in C is six times as fast; both build the same data.
_Base: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[valid-type, misc]
    """SafeLoader that refuses a key given twice, of which plain YAML silently keeps the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key_node, _value in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                # YAML reads on, off, yes and no as truth values, and 1.10 as a number.
                problem = f"the key {key!r} is no text: write it in quotes"
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"“{key}” is given twice", key_node.start_mark)
            seen.add(key)
        found: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return found


def load(path: Path) -> dict[str, Any]:
    """Return the mapping in a file. Raises CatalogueError naming the file and the line where it is no such thing."""
    try:
        text = path.read_text(encoding="utf-8")
        data = yaml.load(text, Loader=_Loader)  # noqa: S506  (derived from SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(path.name, "", f"cannot be read: {error}") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise CatalogueError(path.name, f"line {line}", str(error.problem)) from error
    except yaml.YAMLError as error:
        raise CatalogueError(path.name, "", str(error)) from error
    if not isinstance(data, dict):
        raise CatalogueError(path.name, "", "holds no mapping; see docs/catalogue.md")
    return data
