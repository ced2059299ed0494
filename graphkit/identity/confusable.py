"""Characters that scanners and typists take for one another, as data: a text's skeleton is equal for all of its forms."""

from __future__ import annotations

import re

GROUPS = (
    "究宄", "己已巳", "未末", "土士", "日曰", "人入八", "千干于", "天夫", "候侯", "析折拆", "戌戍戊", "辩辨辫", "洒酒", "准淮", "治冶",
    "今令", "白自", "大太犬", "王玉", "田由甲申", "刀力", "儿几凡", "贝见", "乌鸟", "处外", "设没", "材村", "技枝", "祥详",
    "微徵", "晴睛", "博搏", "杨扬", "徐涂", "陈阵", "梁粱", "肖萧", "付傅", "闫阎", "邱丘", "兰蓝", "斌彬", "伟炜玮", "丽俪", "娟涓",
    "茂荗", "莱菜", "洁浩", "建健", "华骅", "晖辉", "璐潞", "俊骏", "清请", "明眀", "林杯", "宇字", "宁守", "云去", "凤风",
    "0oO〇○", "1lI|丨", "2zZ", "5sS", "8bB", "-—一",
)  # fmt: skip
"""Each group stands for its first character. Characters that tell names apart (一 二 三, 东 西, 甲 乙) share no group with
each other; 一 stands with the dash because scanners read it so."""

_FIRST = {ord(c): group[0] for group in reversed(GROUPS) for c in group}
_DIGITS = str.maketrans("OoQDIlL|ZzSsBGgT〇○", "000011112255866700")
"""Letters that are misread digits inside a number."""

_BRACKETS = re.compile(r"\([^()]*\)|\(|\)")
_LEGAL_FORM = re.compile(r"(股份|责任|有限|总)*公司$|集团$|厂$|\(有限合伙\)$")


def skeleton(norm: str) -> str:
    """A name (as `norm_name` gives it) with every confusable character as the first of its group."""
    return norm.translate(_FIRST)


def digits(number: str) -> str:
    """A number with misread letters as the digits that they resemble; the last place of an ID number keeps its X."""
    return number[:-1].translate(_DIGITS) + number[-1:].replace("x", "X")


def bare(norm: str) -> str:
    """The skeleton of a unit's name with its brackets left out: 甲(省)公司 and 甲省公司 are one."""
    return skeleton(re.sub(r"[()]", "", norm))


def core(norm: str) -> str:
    """The skeleton of a unit's name without brackets, what stands in them, and the legal form at its end."""
    return skeleton(_LEGAL_FORM.sub("", _BRACKETS.sub("", norm)))
