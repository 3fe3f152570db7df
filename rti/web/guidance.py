"""The steps of each role, in plain words and with a picture, for the help page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rti.core.roles import Role
from rti.law.explanations import N_


@dataclass(frozen=True, slots=True)
class HelpStep:
    """What to do, why, where, and the name of its picture in `help.html`."""

    title: str
    words: str
    address: str
    picture: str


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
            N_("Each has an account of their own. Take it away when somebody leaves."),
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
            N_("Find anything by its words"),
            N_("The box at the top finds requests, public bodies and organisations, in Khmer and English."),
            "/search",
            "building",
        ),
        HelpStep(
            N_("Send letters"),
            N_("Proposed letters wait until somebody has read and approved them."),
            "/letters",
            "letter",
        ),
        HelpStep(
            N_("Look after campaigns"),
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
    ),
    Role.ADMINISTRATOR: (
        HelpStep(
            N_("Add the organisations"),
            N_("One by one, or all in a spreadsheet; a file to fill in can be downloaded."),
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
            N_("Look at the system"),
            N_("It says what is not working, and what is missing, such as a backup."),
            "/status",
            "clock",
        ),
    ),
}
