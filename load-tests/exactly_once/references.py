"""Whether verdicts on audit name what they must: themselves, the verdict whose place they take, the account."""

import re

from report import Report
from verdicts import Copy, verdict_id

HASH = re.compile("[0-9a-f]{32}")


def ids(report: Report, audit: list[Copy]) -> None:
    """That of a person's decision follows from the decision's record, not from that of the verdict before it."""
    seen: set[str] = set()
    for verdict in audit:
        right = verdict_id(verdict.source, verdict.said.event)
        if verdict.id != right:
            detail = f"is {verdict.id}, should be {right}"
            report.violate_at("verdict-id", verdict.record, verdict.said.event, detail)
        elif verdict.id in seen:
            report.violate_at("verdict-id", verdict.record, verdict.said.event, f"{verdict.id} stands twice")
        seen.add(verdict.id)


def supersedes(report: Report, audit: list[Copy]) -> None:
    """Whatever was decided, subscribers must have been told of the verdict that is superseded."""
    known = {verdict.id: verdict.said for verdict in audit}
    for verdict in audit:
        said = verdict.said
        if said.supersedes is None:
            continue
        earlier = known.get(said.supersedes)
        if not earlier:
            report.violate_at("supersedes", verdict.record, said.event, f"{said.supersedes} is not on audit")
        elif (earlier.event, earlier.content) != (said.event, said.content):
            detail = f"{said.supersedes} is a verdict on {earlier.event}"
            report.violate_at("supersedes", verdict.record, said.event, detail)


def accounts(report: Report, audit: list[tuple[Copy, str | None]]) -> None:
    """Verdicts with the plain account, where it is known. Nobody here can work the hash out, but all can compare."""
    hashes: dict[str, str] = {}
    owners: dict[str, str] = {}
    for verdict, account in audit:
        if account is None:
            continue
        is_one = hashes.setdefault(account, verdict.account) == verdict.account
        is_own = owners.setdefault(verdict.account, account) == account
        if not (is_one and is_own and HASH.fullmatch(verdict.account)):
            detail = f"{account} is {verdict.account}"
            report.violate_at("audit-account", verdict.record, verdict.said.event, detail)
