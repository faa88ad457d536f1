"""GitHub as the steps of a workflow use it: its REST API, and what a run is told by files and by lines of its log.

Everything comes from the environment that a runner sets; without a token requests go out without one.
Raises ApiError for what the API refuses; server errors and rate limits are tried again first.
"""

import json
import os
import pathlib
import time
import urllib.error
import urllib.request

PAGE = 100
MOST_PAGES = 50
TRIES = 4
LONGEST_BODY = 65000  # GitHub takes 65,536 characters
LONGEST_SUMMARY = 1_000_000  # bytes of a mebibyte


class ApiError(Exception):
    """What was asked, and the answer's status and message."""


def _open(method: str, path: str, body: dict | None):
    headers = {"Accept": "application/vnd.github+json", "User-Agent": "cdckit-ci", "X-GitHub-Api-Version": "2022-11-28"}
    if token := os.environ.get("GITHUB_TOKEN"):
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    if data is not None:
        headers["Content-Type"] = "application/json"
    url = os.environ.get("GITHUB_API_URL", "https://api.github.com").rstrip("/") + path
    return urllib.request.urlopen(urllib.request.Request(url, data=data, method=method, headers=headers), timeout=30)


def _pause(error: Exception, number: int) -> float:
    told = error.headers.get("Retry-After", "") if isinstance(error, urllib.error.HTTPError) else ""
    return min(float(told), 60) if told.isdigit() else 0.5 * 2**number


def request(method: str, path: str, body: dict | None = None):
    """The answer's JSON; None when it has none."""
    for number in range(TRIES):
        last = number == TRIES - 1
        try:
            with _open(method, path, body) as answer:
                text = answer.read()
                return json.loads(text) if text.strip() else None
        except urllib.error.HTTPError as error:
            if last or error.code not in (429, 500, 502, 503, 504):
                shown = error.read(500).decode(errors="replace")
                raise ApiError(f'could not {method} "{path}": {error.code} {shown}') from error
            time.sleep(_pause(error, number))
        except OSError as error:
            if last:
                raise ApiError(f'could not {method} "{path}": {error}') from error
            time.sleep(_pause(error, number))


def pages(path: str):
    """Each item of a list, whatever number of pages it has."""
    joint = "&" if "?" in path else "?"
    for number in range(1, MOST_PAGES + 1):
        items = request("GET", f"{path}{joint}per_page={PAGE}&page={number}") or []
        yield from items
        if len(items) < PAGE:
            return


def repository() -> str:
    return f"/repos/{os.environ['GITHUB_REPOSITORY']}"


def open_fence(text: str) -> str:
    """What closes the code that the text leaves open; empty: nothing is open."""
    opened = ""
    for line in text.splitlines():
        ticks = len(line) - len(line.lstrip("`"))
        if not opened and ticks > 3:
            opened = "`" * ticks
        elif opened and line.strip() == opened:
            opened = ""
    return opened


def fitting(body: str, rest: str) -> str:
    """Cut at a line's end where GitHub would refuse it; `rest` says where the whole is."""
    if len(body) <= LONGEST_BODY:
        return body
    kept = body[: LONGEST_BODY - len(rest) - 20]
    kept = kept[: kept.rfind("\n") + 1]
    return f"{kept}{open_fence(kept)}\n\n{rest}\n"


def keep_comment(number: str, marker: str, body: str) -> None:
    """One comment of that marker on the issue or pull request: changed in place, made when it is not there."""
    text = fitting(f"<!-- {marker} -->\n{body}", "*Cut here; the artefact holds all of it.*")
    for comment in pages(f"{repository()}/issues/{number}/comments"):
        # who quotes it has it further down
        if (comment.get("body") or "").startswith(f"<!-- {marker} -->"):
            request("PATCH", f"{repository()}/issues/comments/{comment['id']}", {"body": text})
            return
    request("POST", f"{repository()}/issues/{number}/comments", {"body": text})


def open_issue_of(marker: str) -> dict | None:
    for issue in pages(f"{repository()}/issues?state=open"):
        if "pull_request" not in issue and (issue.get("body") or "").startswith(f"<!-- {marker} -->"):
            return issue
    return None


def keep_issue(marker: str, title: str, body: str) -> None:
    """One open issue of that marker, with this text."""
    text = fitting(f"<!-- {marker} -->\n{body}", "*Cut here; the run's log holds all of it.*")
    found = open_issue_of(marker)
    if found is None:
        request("POST", f"{repository()}/issues", {"title": title, "body": text})
    elif found.get("body") != text:
        request("PATCH", f"{repository()}/issues/{found['number']}", {"title": title, "body": text})


def close_issue(marker: str, why: str) -> None:
    found = open_issue_of(marker)
    if found is None:
        return
    request("POST", f"{repository()}/issues/{found['number']}/comments", {"body": why})
    request("PATCH", f"{repository()}/issues/{found['number']}", {"state": "closed", "state_reason": "completed"})


def head_of_branch() -> str:
    """The commit that the run's branch stands at now; empty where nobody says."""
    try:
        found = request("GET", f"{repository()}/commits/{os.environ.get('GITHUB_REF', '').removeprefix('refs/')}")
    except ApiError as error:
        notice(f"{error}: taken for unmoved")
        return ""
    return found.get("sha", "") if isinstance(found, dict) else ""


def run_address() -> str:
    server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
    return f"{server}/{os.environ.get('GITHUB_REPOSITORY', '')}/actions/runs/{os.environ.get('GITHUB_RUN_ID', '')}"


def _escaped(text: str, property: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if property else text


def annotate(level: str, text: str, **where: object) -> None:
    """A line of the log that GitHub shows at a file's line: level is notice, warning or error."""
    place = ",".join(f"{name}={_escaped(str(value), True)}" for name, value in where.items())
    print(f"::{level} {place}::{_escaped(text)}" if place else f"::{level}::{_escaped(text)}", flush=True)


def notice(text: str) -> None:
    annotate("notice", text)


def _append(variable: str, text: str) -> None:
    if path := os.environ.get(variable):
        with pathlib.Path(path).open("a", encoding="utf-8") as file:
            file.write(text)


def summarise(text: str) -> None:
    """Onto the run's page, which takes a mebibyte of a step."""
    whole = text.encode()
    kept = whole[:LONGEST_SUMMARY].decode(errors="ignore")
    if len(whole) > LONGEST_SUMMARY:
        kept += f"\n{open_fence(kept)}\n\n*Cut here.*"
    _append("GITHUB_STEP_SUMMARY", kept + "\n")


def put_output(name: str, value: str) -> None:
    _append("GITHUB_OUTPUT", f"{name}={value}\n")


def put_environment(name: str, value: str) -> None:
    _append("GITHUB_ENV", f"{name}={value}\n")
