"""`rti deadline`, run as a person would."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from rti.cli.deadline import deadline
from tests.commands import rti

app = typer.Typer()
app.command()(deadline)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"TERM": "dumb", "COLUMNS": "1000"})


def answer(*arguments: str) -> list[dict[str, object]]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)["deadlines"]


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    return " ".join(result.stderr.split())


@pytest.fixture
def listed(tmp_path: Path):
    def write(content: str | bytes) -> str:
        path = tmp_path / "days.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def test_a_limit_and_a_list_of_days_off_give_a_date(listed):
    days = listed("2008-12-25\n2008-12-26\n2009-01-01\n2009-01-02\n")
    (found,) = answer(
        "--limit", "20 calendar", "--received", "2008-12-05", "--holidays", days, "--roll", "forward"
    )
    assert (found["kind"], found["due"], found["provisional"]) == ("reply", "2008-12-29", False)
    assert [step["code"] for step in found["steps"]][-3:] == ["rolled", "due", "standard"]


@pytest.mark.parametrize(
    ("arguments", "due"),
    [
        (["20 working", "2017-05-18"], "2017-06-16"),
        (["20 working", "2017-05-18", "--extend", "10 working"], "2017-06-30"),
        (["20 working", "2017-05-18", "--count-start-day"], "2017-06-15"),
        (["10 calendar", "2018-06-14"], "2018-06-24"),
        (["1 calendar-month", "2019-04-06", "--roll", "forward"], "2019-05-07"),
        (["48 hours", "2019-04-06T10:00"], "2019-04-08T10:00:00"),
        (["20 working", "២០១៧-០៥-១៨"], "2017-06-16"),
    ],
)
def test_the_options_are_those_of_the_conventions(listed, arguments, due):
    limit, received, *rest = arguments
    days = listed("2017-05-29\n2019-05-06\n")
    assert answer("--limit", limit, "--received", received, "--holidays", days, *rest)[0]["due"] == due


def test_a_receipt_on_a_day_off_can_roll_forward(listed):
    days = listed("2014-12-01\n2014-12-25\n2014-12-26\n2015-01-01\n2015-01-02\n")
    common = ("--limit", "20 working", "--received", "2014-12-01", "--holidays", days)
    assert answer(*common)[0]["due"] == "2014-12-31"
    assert answer(*common, "--receipt", "roll-forward")[0]["due"] == "2015-01-05"


def test_the_time_of_day_is_kept():
    received = "2019-04-30T13:40:34+08:00"
    found = answer("--limit", "15 working", "--received", received, "--country", "PH")
    assert found[0]["due"] == "2019-05-23T13:40:34+08:00"


def test_a_list_is_added_to_the_published_days_of_a_country(listed):
    common = ("--limit", "15 working", "--received", "2022-05-20", "--country", "KH")
    (published,) = answer(*common)
    (more,) = answer(*common, "--holidays", listed("2022-06-06"))
    assert (published["due"], more["due"]) == ("2022-06-10", "2022-06-13")
    assert published["provisional"]


def test_a_draft_gives_benchmarks_and_clocks_that_wait():
    reply, supply, cap = answer("--statute", "KH-A2I-DRAFT", "--received", "2026-11-20")
    assert (reply["kind"], reply["due"], reply["binding"]) == ("reply", "2026-12-02", False)
    assert (supply["due"], supply["state"], cap["due"]) == (None, "waiting", None)
    assert "legal deadline" in reply["steps"][-2]["text"]


def test_events_move_the_clocks_of_a_statute():
    received = ("--statute", "IN-RTI-2005", "--received", "2023-06-01")
    paused = answer(*received, "--event", "fee_requested=2023-06-10", "--event", "fee_paid=2023-06-20")
    assert paused[0]["due"] == "2023-07-11"
    assert answer(*received, "--urgent")[0]["due"] == "2023-06-03T23:59:00+05:30"
    extended = ("--event", "extended=2023-06-10", "--extend", "40 calendar")
    assert answer(*received, *extended)[0]["due"] == "2023-07-11"


def test_a_channel_and_an_outcome_can_decide_the_limit():
    viet_nam = ("--statute", "VN-ATI-2016", "--received", "2026-08-03", "--channel", "online")
    assert answer(*viet_nam)[0]["due"] == "2026-08-06"
    refusal = ("--statute", "BD-RTI-2009", "--received", "2022-06-05", "--event", "answered=2022-06-30")
    assert answer(*refusal, "--outcome", "refused")[0]["due"] == "2022-06-19"


def test_an_answer_without_json_is_text_with_its_reasons_and_can_be_khmer():
    english = run("--limit", "15 working", "--received", "2023-04-12", "--country", "KH")
    assert "2023-05-09" in english.stdout
    assert "14 April 2023 is skipped" in english.stdout
    khmer = run("--limit", "15 working", "--received", "2023-04-12", "--country", "KH", "--lang", "km")
    assert "ពិធីបុណ្យចូលឆ្នាំថ្មី" in khmer.stdout


def test_a_file_may_come_from_anywhere(listed):
    common = ("--limit", "1 working", "--received", "2026-01-05", "--holidays")
    for content in (
        b"\xef\xbb\xbf2026-01-06\r\n\r\n# a comment\r\n2026-01-07 # the second\r\n",
        "2026-01-06\n2026-01-07\n".encode("utf-16"),
    ):
        assert answer(*common, listed(content))[0]["due"] == "2026-01-08"
    assert answer(*common, listed(""))[0]["due"] == "2026-01-06"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("2026-01-06\n06/01/2026\n", "line 2: Enter a date between 1900 and 2200"),
        ("1066-10-14\n", "line 1: Enter a date between 1900 and 2200"),
        (b"\xff2026", "The file is not UTF-8 text"),
    ],
)
def test_a_bad_file_is_named_with_its_line_and_what_would_be_right(listed, content, message):
    found = refused("--limit", "1 working", "--received", "2026-01-05", "--holidays", listed(content))
    assert "--holidays" in found
    assert message in found


@pytest.mark.parametrize(
    ("arguments", "option", "message"),
    [
        (["--limit", "20 wrking", "--received", "2026-01-05"], "--limit", "and hours, calendar, working or month"),
        (["--limit", f"{10**30} working", "--received", "2026-01-05"], "--limit", "from 0 to 3660"),
        (["--limit", "5 working", "--received", "1899-12-31"], "--received", "between 1900 and 2200"),
        (["--limit", "5 working", "--received", "2201-01-01"], "--received", "between 1900 and 2200"),
        (["--limit", "5 working", "--received", "2026-02-30"], "--received", "year-month-day"),
        (["--limit", "5 working", "--received", "2026-01-05T9"], "--received", "2026-04-20T14:30"),
        (["--limit", "5 working", "--received", ""], "--received", "This is required. Enter a date"),
        (["--received", "2026-01-05"], "--statute", "not both"),
        (["--limit", "5 working", "--statute", "US-FOIA", "--received", "2026-01-05"], "--limit", "not both"),
        (["--statute", "KH-A2I", "--received", "2026-01-05"], "--statute", "did you mean KH-A2I-DRAFT"),
        (["--statute", "zzz", "--received", "2026-01-05"], "--statute", "there are AU-NSW-GIPA-2009"),
        (["--limit", "5 working", "--received", "2026-01-05", "--country", "KHM2"], "--country", "such as KH"),
        (["--limit", "5 working", "--received", "2026-01-05", "--event", "anwsered=2026-01-07"], "--event", "did you mean answered"),
        (["--limit", "5 working", "--received", "2026-01-05", "--event", "answered"], "--event", "year-month-day"),
        (["--limit", "5 working", "--received", "2026-01-05", "--event", "answered=soon"], "--event", "year-month-day"),
        (["--limit", "5 working", "--received", "2026-01-05", "--extend", "soon"], "--extend", "and hours, calendar, working or month"),
        (["--limit", "5 working", "--received", "2026-01-05", "--outcome", "full"], "--outcome", "--event answered=DATE"),
        (["--limit", "5 working", "--received", "2026-01-05", "--holidays", "/nowhere/x"], "--holidays", "cannot be read"),
        (["--limit", "5 working", "--received", "2026-01-05", "--holidays", "/\0"], "--holidays", "null byte"),
        (["--limit", "5 working"], "--received", "Missing option"),
    ],
)  # fmt: skip
def test_wrong_use_is_refused_with_the_option_and_what_would_be_right(arguments, option, message):
    found = refused(*arguments)
    assert option in found
    assert message in found


def test_all_that_is_wrong_is_told_at_once(listed):
    days = listed("2026-01-06\nsoon\n2026-02-30 # a slip\n")
    wrong = (
        "--limit",
        "soon",
        "--received",
        "x",
        "--event",
        "answered=2026-01-07",
        "--event",
        "lost=2026-01-07",
    )
    found = refused(*wrong, "--holidays", days, "--receipt", "never")
    for place in (
        "--limit:",
        "--received:",
        "--event[1]:",
        "--holidays.line 2:",
        "--holidays.line 3:",
        "--receipt:",
    ):
        assert place in found


def test_a_file_with_a_statute_is_checked_as_a_whole(tmp_path: Path):
    file = tmp_path / "statute.toml"
    file.write_text('id = "X"\nstatus = "law"\nname = { en = "x", km = "x" }\n', encoding="utf-8")
    done = rti("", "statutes", "check", str(file))
    assert done.returncode == 1
    places = [line.partition(":")[0] for line in done.stderr.splitlines()]
    assert places == ["jurisdiction.en", "jurisdiction.km", "status", "clocks"]


def test_help_shows_an_example():
    result = run("--help")
    assert result.exit_code == 0
    assert "Example: rti deadline" in " ".join(result.stdout.split())
