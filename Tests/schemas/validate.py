#!/usr/bin/env python3
"""Checks what Weir reads and writes against the JSON Schemas of topology/schemas.

    validate.py                        every file of topology/examples
    validate.py [--audit] FILE.jsonl…  verdicts, one a line (- is standard input); --audit: accounts must be hashed
    validate.py --self-test            that a spoiled verdict is refused

Exit code 0 if everything is valid, 1 if not, 64 for wrong usage.
"""

import copy
import json
import pathlib
import sys

from jsonschema import Draft202012Validator, FormatChecker

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "topology" / "schemas"
EXAMPLES = ROOT / "topology" / "examples"

# Which schema an example is checked against, by the beginning of its name.
KINDS = {
    "upload-": ("upload-event", None),
    "verdict-audit": ("verdict", "audit"),
    "verdict-": ("verdict", None),
    "dead-letter": ("dead-letter", None),
    "signals": ("signal", None),
    "outcome": ("outcome", None),
    "incident-": ("incident", None),
}
# In a platform's own shape, which no schema of Weir's describes: read by the tests of the mapping.
FREE = {"mapping-input.json"}


def unique(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice")
    return members


def parse(text):
    def no_constant(name):
        raise ValueError(f"{name} is not JSON")

    return json.loads(text, object_pairs_hook=unique, parse_constant=no_constant)


def validator(name, part=None):
    schema = parse((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    if part:
        schema = {**schema, "$id": schema["$id"] + ":" + part, "allOf": [schema["$defs"][part]["allOf"][1]]}
    # Without its package a format would pass unchecked.
    if "date-time" not in FormatChecker.checkers:
        sys.exit("the package rfc3339-validator is missing: pip install -r Tests/requirements.txt")
    return Draft202012Validator(schema, format_checker=FormatChecker())


def problems(checker, value):
    found = sorted(checker.iter_errors(value), key=lambda error: error.json_path)
    return [f"{error.json_path}: {error.message}" for error in found]


def whole(example):
    """A binary example put together as the structured event that it stands for."""
    headers = example["headers"]
    attributes = {name[3:]: value for name, value in headers.items() if name.startswith("ce_")}
    return {**attributes, "data": example["data"]}


def check_examples():
    failed = 0
    seen = set()
    for path in sorted(EXAMPLES.iterdir()):
        if path.name in FREE:
            parse(path.read_text("utf-8"))
            continue
        kind = next((kind for start, kind in KINDS.items() if path.name.startswith(start)), None)
        if kind is None:
            failed += report(path.name, ["no schema is known for a file of this name"])
            continue
        seen.add(kind)
        text = path.read_text("utf-8")
        lines = text.splitlines() if path.suffix == ".jsonl" else [text]
        checker = validator(*kind)
        for number, line in enumerate(lines, 1):
            try:
                value = parse(line)
                value = whole(value) if path.name == "upload-binary.json" else value
                found = problems(checker, value)
            except (ValueError, KeyError) as error:
                found = [str(error)]
            failed += report(f"{path.name}:{number}" if len(lines) > 1 else path.name, found)
    for kind in set(KINDS.values()) - seen:
        failed += report("topology/examples", [f"has no example of {kind[0]}"])
    return failed


def check_verdicts(name, checker):
    failed = count = 0
    with open(0 if name == "-" else name, encoding="utf-8") as lines:
        for count, line in enumerate(lines, 1):
            try:
                found = problems(checker, parse(line))
            except ValueError as error:
                found = [str(error)]
            failed += report(f"{name}:{count}", found)
    if count == 0:
        failed += report(name, ["holds no verdict"])
    print(f"{name}: {count} verdicts, {failed} invalid")
    return failed


def report(place, found):
    for problem in found:
        print(f"{place}: {problem}", file=sys.stderr)
    return 1 if found else 0


def self_test():
    """Each way of spoiling a good verdict must be refused, or the check proves nothing."""
    good = parse((EXAMPLES / "verdict-audit.json").read_text("utf-8"))
    checker = validator("verdict", "audit")

    def spoil(change):
        value = copy.deepcopy(good)
        change(value)
        return value

    spoiled = {
        "a missing member": lambda v: v["data"].pop("policy"),
        "an extra member": lambda v: v["data"].update(body="what was written"),
        "an extra member of a finding": lambda v: v["data"]["findings"][0].update(text="what was written"),
        "a member of a wrong type": lambda v: v["data"]["input"].update(offset="1234"),
        "a time that is none": lambda v: v.update(time="2026-02-30T10:00:00.000Z"),
        "a time in another form": lambda v: v["data"]["times"].update(uploaded="2026-11-23T10:00:00Z"),
        "an unknown action": lambda v: v["data"].update(action="destroy"),
        "a finding of nothing": lambda v: v["data"]["findings"].append({"detector": "d", "version": "1"}),
        "an account by its name": lambda v: v["data"].update(account="a-1"),
        "a span without its field": lambda v: v["data"]["findings"][1].update(start=1, end=2),
        "a view that there is none of": lambda v: v["data"]["findings"][1].update(view="upside-down"),
        "a context that there is none of": lambda v: v["data"]["findings"][1].update(context=["hearsay"]),
        "a context of nothing": lambda v: v["data"]["findings"][1].update(context=[]),
        "softened from a review": lambda v: v["data"].update(softenedFrom="review"),
        "no policy and no person": lambda v: v["data"].update(policy=None),
        "a person and a policy": lambda v: v["data"].update(outcome={"id": "o", "ruling": "confirm"}),
    }
    failed = report("self-test", problems(checker, good))
    for name, change in spoiled.items():
        if not problems(checker, spoil(change)):
            failed += report("self-test", [f"a verdict with {name} passes"])
    for text in ('{"a":1,"a":2}', '{"a":NaN}', "{"):
        try:
            parse(text)
            failed += report("self-test", [f"{text} passes"])
        except ValueError:
            pass
    print(f"self-test: {len(spoiled) + 3} spoiled, {failed} unnoticed")
    return failed


def main(arguments):
    if arguments == ["--self-test"]:
        return 1 if self_test() else 0
    part = "audit" if "--audit" in arguments else None
    files = [argument for argument in arguments if argument != "--audit"]
    if any(name.startswith("-") and name != "-" for name in files) or (part and not files):
        print(__doc__, file=sys.stderr)
        return 64
    failed = check_examples()
    if files:
        checker = validator("verdict", part)
        for name in files:
            try:
                failed += check_verdicts(name, checker)
            except (OSError, UnicodeDecodeError) as error:
                failed += report(name, [str(error)])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
