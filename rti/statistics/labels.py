"""The words for what figures are grouped by and made of, as message ids: a part of `labels.LABELS`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from rti.law.events import Ground
from rti.law.explanations import N_
from rti.law.monitoring import QuestionClass, RequesterProfile
from rti.models.coding import Verdict
from rti.models.saved_reports import ReportFile, ReportTo
from rti.models.visits import Finding, Subject
from rti.statistics.answers import AnswerDimension
from rti.statistics.commands import Basis, Dimension, JudgedBy, Unit
from rti.statistics.export import ExportFile, ExportForm
from rti.statistics.measures import State
from rti.statistics.participation import CboDimension, CboGroup
from rti.statistics.publication import Change, VisitDimension

OF_FIGURES: Mapping[type[StrEnum], Mapping[Any, str]] = {
    Dimension: {
        Dimension.BODY_KIND: N_("Type of public body"),
        Dimension.PROVINCE: N_("Province"),
        Dimension.DISTRICT: N_("District"),
        Dimension.COMMUNE: N_("Commune"),
        Dimension.TOPIC: N_("Topic"),
        Dimension.CHANNEL: N_("Channel"),
        Dimension.QUESTION_CLASS: N_("Kind of question"),
        Dimension.REQUESTER_PROFILE: N_("Requester appears as"),
        Dimension.WAVE: N_("Wave of monitoring"),
        Dimension.QUARTER: N_("Quarter"),
        Dimension.YEAR: N_("Year"),
        Dimension.STATUTE: N_("Law, draft or standard"),
        Dimension.BODY: N_("Public body"),
        Dimension.CAMPAIGN: N_("Campaign"),
        Dimension.OUTCOME: N_("Outcome"),
        Dimension.GROUND: N_("Ground given"),
        Dimension.SECTION: N_("Section cited"),
        Dimension.JUDGED_BY: N_("Deadline or benchmark"),
    },
    CboGroup: {
        CboGroup.TARGET: N_("Target organisations"),
        CboGroup.MAPPED: N_("Mapped organisations"),
        CboGroup.ALL: N_("All organisations"),
    },
    CboDimension: {
        CboDimension.PROVINCE: N_("Province"),
        CboDimension.DISTRICT: N_("District"),
        CboDimension.COMMUNE: N_("Commune"),
        CboDimension.CBO_KIND: N_("Kind of organisation"),
        CboDimension.FIRST_FILED: N_("Quarter of the first request"),
    },
    AnswerDimension: {
        AnswerDimension.QUESTION: N_("Question"),
        AnswerDimension.VALUE: N_("Coded value"),
        AnswerDimension.BODY: N_("Public body"),
        AnswerDimension.BODY_KIND: N_("Type of public body"),
        AnswerDimension.PROVINCE: N_("Province"),
        AnswerDimension.DISTRICT: N_("District"),
    },
    Verdict: {
        Verdict.ANSWERED: N_("Answered"),
        Verdict.PARTLY: N_("Answered in part"),
        Verdict.REFUSED: N_("Refused"),
        Verdict.NOT_HELD: N_("Not held"),
        Verdict.NOT_ADDRESSED: N_("Not addressed"),
    },
    VisitDimension: {
        VisitDimension.ITEM: N_("Item of the checklist"),
        VisitDimension.SUBJECT: N_("What it is about"),
        VisitDimension.BODY_KIND: N_("Type of public body"),
        VisitDimension.PROVINCE: N_("Province"),
        VisitDimension.DISTRICT: N_("District"),
        VisitDimension.COMMUNE: N_("Commune"),
        VisitDimension.BODY: N_("Public body"),
        VisitDimension.QUARTER: N_("Quarter of the visit"),
        VisitDimension.CAMPAIGN: N_("Campaign"),
    },
    Change: {
        Change.BETTER: N_("Publishes more"),
        Change.SAME: N_("Publishes as much"),
        Change.WORSE: N_("Publishes less"),
        Change.VISITED_ONCE: N_("Visited once"),
    },
    Subject: {
        Subject.BUDGET: N_("Budget"),
        Subject.PLAN: N_("Plans"),
        Subject.FEES: N_("Fees and time needed"),
        Subject.CONTRACTS: N_("Investment and contracts"),
        Subject.DECISIONS: N_("Decisions and results"),
        Subject.SERVICE: N_("Service and contact"),
    },
    Finding: {
        Finding.BOARD: N_("On the notice board"),
        Finding.ONLINE: N_("Online"),
        Finding.BOTH: N_("On the notice board and online"),
        Finding.OUTDATED: N_("There, but out of date"),
        Finding.ABSENT: N_("Not found"),
        Finding.NOT_APPLICABLE: N_("Does not apply here"),
    },
    Basis: {
        Basis.RECEIVED: N_("Date received"),
        Basis.DUE: N_("Due date"),
        Basis.ANSWERED: N_("Date answered"),
        Basis.CLOSED: N_("Date closed"),
    },
    JudgedBy: {JudgedBy.DEADLINE: N_("Legal deadlines"), JudgedBy.BENCHMARK: N_("Benchmarks")},
    Unit: {
        Unit.SUBMISSION: N_("Each submission"),
        Unit.QUESTION: N_("Each question once, by its last submission"),
    },
    QuestionClass: {
        QuestionClass.ROUTINE: N_("Routine"),
        QuestionClass.DIFFICULT: N_("Difficult"),
        QuestionClass.SENSITIVE: N_("Sensitive"),
    },
    RequesterProfile: {
        RequesterProfile.RESIDENT: N_("Resident"),
        RequesterProfile.ORGANISATION: N_("Organisation"),
        RequesterProfile.JOURNALIST: N_("Journalist"),
        RequesterProfile.BUSINESS: N_("Business"),
        RequesterProfile.STUDENT: N_("Student"),
        RequesterProfile.EXCLUDED_GROUP: N_("Member of an excluded group"),
    },
    Ground: {
        Ground.EXEMPTION: N_("Exemption of the law"),
        Ground.COST: N_("Cost of answering"),
        Ground.FEES: N_("Fee not paid"),
        Ground.UNCLEAR: N_("Request not clear enough"),
        Ground.VEXATIOUS: N_("Called vexatious"),
        Ground.REPEATED: N_("Repeated request"),
        Ground.DUPLICATE: N_("Duplicate request"),
        Ground.IMPROPER: N_("Not a proper request"),
        Ground.NOT_A_RECORD: N_("Not a record of the body"),
        Ground.NONE: N_("No ground given"),
        Ground.OTHER: N_("Other ground"),
    },
    State: {
        State.IN_TIME: N_("In time"),
        State.LATE: N_("Late"),
        State.SILENT: N_("No answer"),
        State.LAPSED: N_("Due date missed, then a first reply or a withdrawal"),
        State.EARLY: N_("Answered early, due date not yet passed"),
        State.NOT_YET_DUE: N_("Not yet due"),
        State.DRAFT: N_("Not handed over"),
        State.NOT_SUBMITTED: N_("Not accepted by the body"),
        State.WITHDRAWN: N_("Withdrawn by the due date"),
        State.PAUSED: N_("Paused: the body is waiting for the organisation"),
        State.REPLIED: N_("First reply in time, information still to come"),
        State.NO_DATE: N_("No date to judge by: date received or answered unknown, or no limit set"),
    },
    ExportForm: {
        ExportForm.REQUESTS: N_("Requests, with codes"),
        ExportForm.FLAT: N_("Flat table for charts and BI programs, with all names"),
        ExportForm.LOG: N_("Request log (Standard FOIA Log Format 1.5)"),
    },
    ExportFile: {
        ExportFile.CSV: N_("CSV file"),
        ExportFile.XLSX: N_("Workbook (XLSX)"),
    },
    ReportFile: {
        ReportFile.PAGE: N_("Page"),
        ReportFile.CSV: N_("CSV file"),
        ReportFile.XLSX: N_("Workbook (XLSX)"),
        ReportFile.PDF: N_("Briefing as PDF"),
        ReportFile.FLAT: N_("Flat table (CSV)"),
        ReportFile.JSON: N_("JSON file"),
    },
    ReportTo: {
        ReportTo.OWNER: N_("To me"),
        ReportTo.GROUP: N_("To the working group"),
    },
}
