#!/usr/bin/env python3
"""Renders every overlay and checks it strictly. Exit code 0: all holds; 1: something does not.

python k8s/check.py --weir .build/release/weir
python k8s/check.py --weir .build/release/weir --self-test
python k8s/check.py --write-topics
"""

import argparse
import sys
from pathlib import Path

from checks import selftest, suite, topics
from checks.project import Project, find_schemas

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description="Checks the manifests, the topics and the container file.")
    parser.add_argument("--weir", type=Path, help="a built weir, which then checks the configuration itself")
    parser.add_argument("--self-test", action="store_true", help="break copies of the manifests and see each caught")
    parser.add_argument(
        "--write-topics", action="store_true", help="write topics/topics.yaml from topology/topics.yaml"
    )
    options = parser.parse_args()
    if options.weir and not options.weir.exists():
        parser.error(f"{options.weir} does not exist: swift build --product weir")
    if options.self_test and not options.weir:
        parser.error("--self-test needs --weir: some faults only weir itself can see")
    project = Project(ROOT, find_schemas(ROOT), options.weir.resolve() if options.weir else None)
    if options.write_topics:
        topics.write(project)
        return 0
    if options.self_test:
        return selftest.run(project)
    report = suite.check(project)
    report.print()
    print(f"k8s: {report.done} checks, {len(set(report.problems))} problems, {len(report.skipped)} skipped")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
