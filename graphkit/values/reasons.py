"""What a reader of one cell returns, and the wording of every stable reason and note in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar

from graphkit.errors import Text

T = TypeVar("T")


class Parsed(NamedTuple, Generic[T]):
    """A cell read: a value (None = missing), a note that goes with it, or the reason why it cannot be read.

    `reason` is set only when the row must be quarantined; then `value` is None. Notes never stop a row.
    """

    value: T | None
    note: str | None = None
    reason: str | None = None


REASONS: Mapping[str, Text] = MappingProxyType(
    {
        "required": Text("必填列为空", "a required cell is empty"),
        "date": Text("不是可识别的日期", "this is not a date we can read"),
        "datetime": Text("不是可识别的时间", "this is not a time we can read"),
        "date-range": Text("日期不存在或超出 1800—2200 年", "no such date, or outside the years 1800–2200"),
        "date-order": Text(
            "日、月、年的先后不明，请改为 2023-05-06", "order of day, month, year is unclear; write 2023-05-06"
        ),
        "money": Text("不是可识别的金额", "this is not an amount we can read"),
        "unit-price": Text("这是单价（元/单位），不是金额", "this is a price per unit, not an amount"),
        "number": Text("不是有限的数字", "this is not a finite number"),
        "precision-lost": Text(
            "号码被存成科学计数或超过 15 位的数字，尾数已丢失，请以文本重新导出",
            "the number was stored as scientific notation or with over 15 digits and lost its tail; export it as text",
        ),
        "cell-error": Text(
            "单元格是公式错误或没有缓存结果", "the cell holds a formula error or a formula without a result"
        ),
        "total-line": Text("合计、小计或制表行，不是数据", "a totals or signature line, not data"),
        "direction": Text("收支方向不明", "it is not clear whether money came in or went out"),
        "not-paid": Text(
            "交易关闭、失败或未付款，没有资金变动", "the transaction was closed, failed or not paid: no money moved"
        ),
        "columns": Text("列数与表头不符", "the number of cells differs from the header"),
        "quote": Text("引号未闭合或位置不对", "a quote is not closed or stands in the wrong place"),
        "nul": Text("含有 NUL 字符", "the row holds a NUL character"),
        "encoding": Text("含有无法解码的字节", "the row holds bytes that are not valid in the file's encoding"),
        "too-long": Text("单元格超过 131072 个字符", "a cell is longer than 131,072 characters"),
        "unicode": Text("含有无效的 Unicode 字符", "the text holds a lone surrogate"),
        "json": Text("不是有效的 JSON", "this is not valid JSON"),
        "json-keys": Text("JSON 对象有重复的键", "a JSON object has the same key twice"),
        "depth": Text("JSON 嵌套过深", "the JSON is nested too deeply"),
        "no-ocid": Text("缺少 ocid", "the release has no ocid"),
        "shape": Text("JSON 结构不符合 OCDS", "the JSON does not have the shape of OCDS"),
    }
)
"""Stable reason code → the fact in both languages."""


def message(reason: str, column: str | None = None, raw: str | None = None) -> Text:
    """The sentence for a reason: column, fact and the offending text (cut at 60 characters)."""
    fact = REASONS[reason]
    shown = "" if raw is None else f"「{raw[:60]}」"
    shown_en = "" if raw is None else f": {raw[:60]!r}"
    if column is None:
        return Text(fact.zh + shown, fact.en + shown_en)
    return Text(f"{column}：{fact.zh}{shown}", f"{column}: {fact.en}{shown_en}")
