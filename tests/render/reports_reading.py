"""The structure of the reports, as their specifications have it: what a reader of theirs would refuse, fails here."""

from __future__ import annotations

import re
from typing import Any

FINGERPRINT = re.compile(r"[0-9a-f]{64}")


def assert_sarif(found: Any) -> None:
    """SARIF 2.1.0, sections 3.13 to 3.30, and what GitHub's code scanning needs beyond: a place for every result."""
    assert set(found) == {"$schema", "version", "runs"}
    assert found["version"] == "2.1.0"
    (run,) = found["runs"]
    assert set(run) == {"tool", "columnKind", "results"}
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    driver = run["tool"]["driver"]
    assert set(driver) == {"name", "version", "rules"}
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(set(ids)) == len(ids)
    assert all(set(rule) == {"id", "shortDescription"} for rule in driver["rules"])
    assert all(set(rule["shortDescription"]) == {"text"} for rule in driver["rules"])
    marks = [_assert_result(each, ids) for each in run["results"]]
    assert len(set(marks)) == len(marks)


def _assert_result(result: Any, rules: list[str]) -> str:
    assert set(result) == {"ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"}
    assert rules[result["ruleIndex"]] == result["ruleId"]
    assert result["level"] in ("none", "note", "warning", "error")
    assert isinstance(result["message"]["text"], str)
    assert not re.search(r"(?<!\\)(\\\\)*[\[\]]", result["message"]["text"]), "a link"
    (location,) = result["locations"]
    physical = location["physicalLocation"]
    assert re.fullmatch(r"([A-Za-z0-9._~/-]|%[0-9A-F]{2})+", physical["artifactLocation"]["uri"])
    assert physical["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
    assert set(physical["region"]) <= {"startLine", "startColumn"}
    assert all(each >= 1 for each in physical["region"].values())
    (mark,) = result["partialFingerprints"].values()
    assert FINGERPRINT.fullmatch(mark)
    return str(mark)


def assert_code_quality(found: Any) -> None:
    """GitLab's code quality report: a list of findings, each with a fingerprint of its own, a severity and a line."""
    for each in found:
        assert set(each) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert each["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert FINGERPRINT.fullmatch(each["fingerprint"])
        assert each["location"]["path"]
        assert not each["location"]["path"].startswith("./")
        assert each["location"]["lines"]["begin"] >= 1
    assert len({each["fingerprint"] for each in found}) == len(found)
