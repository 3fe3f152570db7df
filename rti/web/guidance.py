"""The steps of each role, in plain words with a picture, for the help page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rti.core.roles import Role
from rti.law.explanations import N_


@dataclass(frozen=True, slots=True)
class HelpStep:
    """What to do, why, where, and the name of its picture."""

    title: str
    words: str
    address: str
    picture: str


PICTURES: Mapping[str, str] = {
    "building": "M8 42h32M12 42V22M20 42V22M28 42V22M36 42V22M6 22 24 8l18 14z",
    "letter": "M10 6h20l8 8v28H10zM30 6v8h8M16 22h16M16 28h16M16 34h10",
    "stamp": "M8 42h32M12 36h24v-6H28c0-6 4-7 4-14a8 8 0 0 0-16 0c0 7 4 8 4 14h-8z",
    "stop": "M24 6a18 18 0 1 0 0 36 18 18 0 0 0 0-36M12 12l24 24",
    "clock": "M24 6a18 18 0 1 0 0 36 18 18 0 0 0 0-36M24 14v10l7 5",
    "answer": "M6 10h36v24H22l-8 8v-8H6zM16 22l5 5 10-10",
    "people": "M17 22a6 6 0 1 0 0-12 6 6 0 0 0 0 12M6 40c0-8 5-13 11-13s11 5 11 13M32 22a5 5 0 1 0 0-10M32 27c6 0 10 5 10 13",
}
"""Lines of an SVG path, in a square of 48."""
_CBO = (
    HelpStep(
        N_("Choose whom to ask"),
        N_("Search for the public body by its name and district. Those near you come first."),
        "/file",
        "building",
    ),
    HelpStep(
        N_("Write what you want to know"),
        N_("Begin with a wording that others used, and change it. It is saved as a draft at once."),
        "/file",
        "letter",
    ),
    HelpStep(
        N_("Hand it over, and ask for a receipt"),
        N_(
            "A stamp or a signature with the day is your proof. Take a photo of it and add it to the request."
        ),
        "/requests",
        "stamp",
    ),
    HelpStep(
        N_("If they refuse to take it"),
        N_("Write down who refused, when and why. Send it by post, or come again with a witness."),
        "/requests",
        "stop",
    ),
    HelpStep(
        N_("Watch the day on which the answer is due"),
        N_(
            "The first page shows what is late and what is due soon. Ask again in writing when the day has passed."
        ),
        "/",
        "clock",
    ),
    HelpStep(
        N_("Record the answer"),
        N_("Say what they gave, add a photo of the letter, and decide whether to ask for a review."),
        "/requests",
        "answer",
    ),
)
STEPS: Mapping[Role, Sequence[HelpStep]] = {
    Role.CBO_MEMBER: _CBO,
    Role.CBO_LEAD: (
        *_CBO,
        HelpStep(
            N_("Invite the people of your organisation"),
            N_("Everybody has an account of their own. Disable it when somebody leaves."),
            "/people",
            "people",
        ),
    ),
    Role.STAFF: (
        HelpStep(
            N_("See what is late"),
            N_("Overdue requests stand first. Narrow the list by area, public body, status or campaign."),
            "/requests?overdue=1",
            "clock",
        ),
        HelpStep(
            N_("Search everything"),
            N_("The box at the top finds requests, public bodies and organisations, in Khmer and English."),
            "/search",
            "building",
        ),
        HelpStep(
            N_("Do the same for many requests at once"),
            N_(
                "Narrow the list, or tick some of its requests. You see which ones are affected before anything is done. You can save a list that you need often."
            ),
            "/requests",
            "stamp",
        ),
        HelpStep(
            N_("Put requests into a campaign"),
            N_(
                "The staff of a campaign look after its requests. Tick some, choose Assign to a campaign, and you see who will newly see them and who will no longer. It can be undone."
            ),
            "/requests",
            "people",
        ),
        HelpStep(
            N_("Send letters"),
            N_("Proposed letters wait until somebody has read and approved them."),
            "/letters",
            "letter",
        ),
        HelpStep(
            N_("Manage campaigns"),
            N_("A campaign has its standard, its areas, and rules for when people are reminded."),
            "/campaigns",
            "people",
        ),
    ),
    Role.WORKING_GROUP: (
        HelpStep(
            N_("Read the figures"),
            N_("Each figure says what it counts and out of how many. You see no single request."),
            "/statistics",
            "answer",
        ),
        HelpStep(
            N_("Compare with another limit"),
            N_("See how many answers would have been in time under another law or standard."),
            "/what-if",
            "clock",
        ),
        HelpStep(
            N_("Read what was answered"),
            N_("Which questions were answered, and how. Two people read each answer."),
            "/answers",
            "letter",
        ),
        HelpStep(
            N_("Publish figures"),
            N_("A release is frozen. Others check it before it goes out."),
            "/releases",
            "stamp",
        ),
    ),
    Role.ADMINISTRATOR: (
        HelpStep(
            N_("Add the organisations"),
            N_("One by one, or all in a spreadsheet; a template can be downloaded."),
            "/cbos",
            "building",
        ),
        HelpStep(
            N_("Invite people"),
            N_("Everybody gets a link that works once. Staff and administrators need a second factor."),
            "/people",
            "people",
        ),
        HelpStep(
            N_("Keep the days off"),
            N_("Dates follow from them. Confirm a year when its official list is published."),
            "/calendar",
            "stamp",
        ),
        HelpStep(
            N_("Check the system"),
            N_("It says what is not working, and what is missing, such as a backup."),
            "/status",
            "clock",
        ),
    ),
}
