"""Results, reasons and warnings in plain words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from .rules import MET, MISSED, NOT_MEASURED, UNDECIDABLE, Doubt, Judged, drafting, results

# What a mark says without colour; the words always stand beside it.
_MARKS = {MET: "◎", MISSED: "▽", UNDECIDABLE: "？", NOT_MEASURED: "－"}
# The kind that `ui/state.html` draws.
_KINDS = {MET: "good", MISSED: "bad", UNDECIDABLE: "warn", NOT_MEASURED: "none"}


def result_label(judged: Judged) -> str:
    """達成, 未達成, 判定できない, 未測定; a year that runs says so."""
    if judged.is_provisional:
        if judged.result == MET:
            return _("達成（途中の値）")
        if judged.result == MISSED:
            return _("まだ届いていない（途中の値）")
    if judged.reason == results.NO_TARGET:
        return _("判定できない（目標なし）")
    return {
        MET: _("達成"),
        MISSED: _("未達成"),
        UNDECIDABLE: _("判定できない"),
        NOT_MEASURED: _("未測定"),
    }[judged.result]


def result_mark(judged: Judged) -> str:
    """One character for narrow places."""
    return _MARKS[judged.result]


def result_kind(judged: Judged) -> str:
    """Which shape a state has; a target not reached yet in a year that runs is no bad news."""
    if judged.is_provisional and judged.result == MISSED:
        return "info"
    if judged.reason == results.NO_TARGET:
        return "plain"
    return _KINDS[judged.result]


def reason_sentence(judged: Judged, minimum_base: int = 0) -> str:
    """Why a result can't be given; empty when it can."""
    if judged.reason == results.FEW_CASES:
        return _("もとになる件数が%(least)d件より少ないため、判定しません。") % {"least": minimum_base}
    if judged.reason == results.GAP:
        return _("測っていない年があり、合計はこれより大きいかもしれません。")
    return {
        "": "",
        results.INTERVAL: _("調査の誤差の幅に目標が入っているため、届いたとも届かないとも言えません。"),
        results.BASE_UNKNOWN: _("もとになる件数がわからないため、判定しません。"),
        results.NO_TARGET: _("この年度の目標がありません。"),
    }[judged.reason]


def doubt_sentence(doubt: Doubt) -> str:
    """A warning with what to do about it."""
    sentence = {
        drafting.NO_BASELINE: _(
            "出発点の値（基準値）がありません。今の値を調べて入れると、どれだけ進んだかがわかります。"
        ),
        drafting.NO_TARGET: _("目標がありません。年度ごとの目標を決めてください。"),
        drafting.UNMEASURABLE: _(
            "数えるしくみがまだ動いていません。動くまでは手で入れるか、別の指標にしてください。"
        ),
        drafting.TARGET_IN_MARGIN: _(
            "目標が基準値の誤差の幅に入っています。届いても偶然と区別できません。目標か調べる人数を見直してください。"
        ),
        drafting.TARGET_EQUALS_BASELINE: _(
            "目標が基準値と同じです。保つことが目標なら、範囲の指標にしてください。"
        ),
        drafting.EXIT_POLL: _(
            "来た人だけに聞いた数字です。区民全体のこととして書かないでください。無作為に選んだ人への調査なら区民のことを言えます。"
        ),
        drafting.DIRECTION_CONTRADICTED: _(
            "目標が、よくなる向きと逆になっています。向きか目標を確かめてください。"
        ),
        drafting.RANGE_INCOMPLETE: _("範囲の上下どちらかがありません。"),
    }[doubt.code]
    if doubt.fiscal_year is None:
        return sentence
    return _("%(year)d年度の目標：%(sentence)s") % {"year": doubt.fiscal_year, "sentence": sentence}


def direction_label(direction: str) -> str:
    """In which way the indicator gets better."""
    return {"up": _("大きいほどよい"), "down": _("小さいほどよい"), "range": _("範囲に入るとよい")}[direction]


def accumulation_label(accumulation: str) -> str:
    """Whether years stand alone or add up."""
    return {"yearly": _("年度ごとの値"), "cumulative": _("年度をまたいで足し上げる値")}[accumulation]


def method_label(method: str) -> str:
    """How the figures come about; empty when nobody said."""
    return {
        "": "",
        "records": _("業務の記録"),
        "census": _("全員を数えた値"),
        "random_survey": _("無作為に選んだ人への調査"),
        "exit_poll": _("来た人への調査"),
    }[method]
