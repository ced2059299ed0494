"""Statements of invented accounts in ten invented layouts: what the tests of the statement loader read.

The same transactions come out of every layout. `write` says on which line of the file each one stands, so that a test
knows where a line that was left out is missing.
"""

from __future__ import annotations

import csv
import html
import io
import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import xlsxwriter

from tests.conftest import account

OWN, HOLDER = account(901), "商洛某某医疗器械有限公司"
PURPOSES = ("货款", "往来款", "设备款", "服务费", "借款", "退款")
CHANNELS = ("网银", "柜台", "手机银行")


@dataclass(frozen=True)
class Tx:
    """One transaction of the account; `delta` in fen as it changes the balance, without the `fee`."""

    when: datetime
    delta: int
    acct: str
    name: str
    purpose: str
    channel: str
    serial: str
    balance: int
    fee: int = 0


def invent(seed: int, size: int = 24, opening: int = 5_000_000, fees: bool = False) -> list[Tx]:
    """Transactions in order of time, some of them in the same second; amounts are odd, so that no two cancel out."""
    draw = random.Random(seed)
    when, balance, made = datetime(2023, 1, 3, 9, 0, 0), opening, []
    for number in range(size):
        when += timedelta(seconds=draw.choice((0, 0, 1, 3_607, 86_400, 200_003)))
        delta = draw.choice((1, -1)) * draw.randint(1_00, 900_000_00)
        fee = draw.choice((0, 0, 150, 550)) if fees else 0
        balance += delta - fee
        who = draw.randint(1, 6)
        made.append(
            Tx(
                when,
                delta,
                account(910 + who),
                f"西安某某{who}商贸有限公司" if who % 2 else f"张某{'甲乙丙丁'[who // 2]}",
                draw.choice(PURPOSES),
                draw.choice(CHANNELS),
                f"{seed % 997:03d}{number:07d}",
                balance,
                fee,
            )
        )
    return made


def yuan(fen: int, comma: bool = False) -> str:
    """Fen as an amount with two decimals."""
    sign, fen = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}{fen // 100:,}.{fen % 100:02d}" if comma else f"{sign}{fen // 100}.{fen % 100:02d}"


Cell = Callable[[Tx], str]
Rows = list[list[str]]


@dataclass(frozen=True)
class Layout:
    """How a bank writes. `form`: csv, xlsx or html; `newest_first`; `page`: lines between 过次页 and 承前页, 0 for none.

    `states_ends`: opening and closing balance stand on lines of their own. `width` pads rows with empty cells.
    """

    name: str
    file: str
    columns: Sequence[tuple[str, Cell]]
    above: Callable[[str, str], Rows]
    form: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    newest_first: bool = False
    page: int = 0
    states_ends: bool = False
    below: Rows = field(default_factory=list)
    pad: str = ""
    trailing: int = 0
    two_lines: bool = False


@dataclass(frozen=True)
class Written:
    """A file and what a reader must find: transaction → its line; lines of the opening and the closing balance."""

    path: Path
    lines: dict[int, int]
    opening: int | None
    closing: int | None


def _debit(comma: bool = False, zero: str = "") -> Cell:
    return lambda tx: yuan(-tx.delta, comma) if tx.delta < 0 else zero


def _credit(comma: bool = False, zero: str = "") -> Cell:
    return lambda tx: yuan(tx.delta, comma) if tx.delta > 0 else zero


def _day(form: str) -> Cell:
    return lambda tx: tx.when.strftime(form)


def _either(out: str, into: str) -> Cell:
    return lambda tx: out if tx.delta < 0 else into


def _none(acct: str, holder: str) -> Rows:
    return []


LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout(
            "A", "a.csv",
            [("交易日期", _day("%Y-%m-%d")), ("摘要", lambda t: t.purpose), ("借方发生额", _debit(True)), ("贷方发生额", _credit(True)),
             ("余额", lambda t: yuan(t.balance, True)), ("对方户名", lambda t: t.name), ("对方账号", lambda t: t.acct),
             ("交易渠道", lambda t: t.channel)],
            lambda acct, holder: [["账户明细清单"], [f"账号：{acct} 户名：{holder} 币种：人民币  起止日期：20230101-20231231"]],
            encoding="gb18030",
        ),
        Layout(
            "B", "b.xlsx",
            [("记账日", lambda t: ""), ("交易日期", _day("%Y%m%d")), ("交易时间", _day("%H:%M:%S")), ("借方发生额（支取）", _debit()),
             ("贷方发生额（收入）", _credit()), ("余额", lambda t: yuan(t.balance)), ("币种", lambda t: "人民币元"[:3]), ("对方户名", lambda t: t.name),
             ("对方账号", lambda t: t.acct), ("对方开户机构", lambda t: "某银行某支行"), ("账户明细编号-交易流水号", lambda t: "1-" + t.serial),
             ("交易流水号", lambda t: t.serial), ("备注", lambda t: t.purpose)],
            lambda acct, holder: [["账号", acct, "", "户名", holder], ["币种", "人民币"]],
            form="xlsx",
        ),
        Layout(
            "C", "c.xls",
            [("交易时间", _day("%Y-%m-%d %H:%M:%S")), ("交易金额", lambda t: ("+" if t.delta > 0 else "") + yuan(t.delta, True)),
             ("本次余额", lambda t: yuan(t.balance, True)), ("对方账号", lambda t: t.acct), ("对方户名", lambda t: t.name),
             ("对方开户行", lambda t: "某行"), ("日志号", lambda t: t.serial), ("摘要", lambda t: t.purpose), ("附言", lambda t: "")],
            lambda acct, holder: [["活期明细"], [f"户名：{holder}", f"账号：{acct}", "币种：人民币"]],
            form="html", newest_first=True,
        ),
        Layout(
            "D", "d.csv",
            [("交易日期", _day("%Y/%m/%d")), ("交易时间", _day("%H%M%S")), ("借贷标志", _either("借", "贷")),
             ("交易金额", lambda t: yuan(abs(t.delta))), ("交易后余额", lambda t: yuan(t.balance)), ("对方名称", lambda t: t.name),
             ("对方账号/卡号", lambda t: t.acct), ("用途", lambda t: t.purpose), ("渠道", lambda t: t.channel), ("流水号", lambda t: t.serial)],
            lambda acct, holder: [["查询账号[ Inquirer account number ]", acct], ["户名：", holder], []],
            encoding="utf-8-sig", newest_first=True,
        ),
        Layout(
            "E", f"{OWN}_{HOLDER}_20230101-20231231.xls",
            [("交易日期", _day("%Y%m%d%H%M%S")), ("收入金额", _credit(zero="0.00")), ("支出金额", _debit(zero="0.00")),
             ("账户余额", lambda t: yuan(t.balance)), ("对手账号", lambda t: t.acct), ("对手名称", lambda t: t.name),
             ("摘要", lambda t: t.purpose), ("交易流水", lambda t: t.serial)],
            _none, encoding="gb18030", delimiter="\t",
        ),
        Layout(
            "F", "f.csv",
            [("交易日", _day("%Y%m%d")), ("交易时间", _day("%H:%M:%S")), ("支出", _debit(True)), ("存入", _credit(True)),
             ("余额", lambda t: yuan(t.balance, True)), ("交易类型", lambda t: t.channel), ("交易对手名称", lambda t: t.name),
             ("交易对手账号", lambda t: t.acct), ("摘要", lambda t: t.purpose), ("手续费", lambda t: yuan(t.fee) if t.fee else "")],
            lambda acct, holder: [["# 交易查询"], [f"# 账号: [{acct}]", "# 币种: [人民币]"], [f"# 户名: [{holder}]"], ["# 起始日期: [20230101]"]],
            below=[["# 合计笔数: 24"], ["# 打印时间: 2024-01-03 10:00:00"]], pad="\t", trailing=1,
        ),
        Layout(
            "G", "g.xlsx",
            [("日期", _day("%Y年%m月%d日")), ("摘要", lambda t: t.purpose), ("发生额/借方", _debit(True)), ("发生额/贷方", _credit(True)),
             ("余额", lambda t: yuan(t.balance, True)), ("对方户名", lambda t: t.name), ("对方帐号", lambda t: t.acct), ("流水号", lambda t: t.serial)],
            lambda acct, holder: [["农村信用合作联社分户账"], ["帐号", acct], ["户名", holder]],
            form="xlsx", page=7, states_ends=True, two_lines=True, below=[["合计"], ["制表：某某", "复核：某某"]],
        ),
        Layout(
            "H", "h.csv",
            [("序号", lambda t: "1"), ("账号", lambda t: "@own"), ("户名", lambda t: "@holder"), ("交易日期", _day("%Y-%m-%d")), ("交易时间", _day("%H:%M:%S")),
             ("收付标志", _either("付", "收")), ("交易金额（元）", lambda t: yuan(abs(t.delta), True)), ("账户余额（元）", lambda t: yuan(t.balance, True)),
             ("对方账号", lambda t: t.acct), ("对方户名", lambda t: t.name), ("交易摘要", lambda t: t.purpose), ("交易流水号", lambda t: t.serial)],
            _none, encoding="utf-16", delimiter="\t",
        ),
        Layout(
            "I", "i.csv",
            [("流水号", lambda t: t.serial), ("时间", _day("%Y-%m-%d %H:%M:%S")), ("名称", lambda t: t.purpose), ("收入（+元）", _credit()),
             ("支出（-元）", lambda t: yuan(t.delta) if t.delta < 0 else ""), ("账户余额（元）", lambda t: yuan(t.balance)),
             ("资金渠道", lambda t: t.channel), ("交易对方账户", lambda t: t.acct), ("交易对方", lambda t: t.name), ("备注", lambda t: t.purpose)],
            lambda acct, holder: [["支付账户明细查询"], [f"账号：[{acct}]"], [f"姓名：[{holder}]"], ["----------------"]],
            encoding="gb18030", pad="   \t", below=[["----------------"], ["#导出时间：[2024-01-03 10:00:00]"]], newest_first=True,
        ),
        Layout(
            "J", "j.csv",
            [("交易单号", lambda t: t.serial), ("借贷类型", _either("出", "入")), ("交易金额(分)", lambda t: str(abs(t.delta))),
             ("账户余额(分)", lambda t: str(t.balance)), ("交易时间", _day("%Y-%m-%d %H:%M:%S")), ("对手账号", lambda t: t.acct),
             ("对手名称", lambda t: t.name), ("当前状态", lambda t: "支付成功"), ("备注", lambda t: t.purpose)],
            lambda acct, holder: [[f"用户ID：{acct}", f"真实姓名：{holder}"]],
            newest_first=True,
        ),
    )
}  # fmt: skip
"""Ten layouts. None is claimed to be a real bank's export; together they hold what real ones do."""


def write(
    layout: Layout, folder: Path, txs: Sequence[Tx], without: Collection[int] = (), own: str = OWN, holder: str = HOLDER
) -> Written:
    """Write the statement without some of its transactions; balances stay as they were."""
    width = len(layout.columns) + layout.trailing
    rows = [list(row) for row in layout.above(own, holder)]
    header = [title for title, _ in layout.columns] + [""] * layout.trailing
    if layout.two_lines:
        rows.append([title.partition("/")[0] if not title.endswith("/贷方") else "" for title in header])
        rows.append([title.partition("/")[2] for title in header])
    else:
        rows.append(header)
    lines: dict[int, int] = {}
    opening = closing = None

    def carry(word: str, balance: int) -> int:
        rows.append([word if title == "摘要" else yuan(balance, True) if title == "余额" else "" for title in header])
        return len(rows)

    if layout.states_ends:
        opening = carry("期初余额", txs[0].balance - txs[0].delta + txs[0].fee)
    numbers = range(len(txs) - 1, -1, -1) if layout.newest_first else range(len(txs))
    for nth, number in enumerate(numbers):
        if layout.page and nth and nth % layout.page == 0:
            carry("过次页", txs[number - 1].balance)
            rows.append(list(header) if not layout.two_lines else rows[len(layout.above(own, holder))])
            carry("承前页", txs[number - 1].balance)
        if number not in without:
            cells = [cell(txs[number]) for _, cell in layout.columns]
            rows.append([{"@own": own, "@holder": holder}.get(text, text) for text in cells] + [""] * layout.trailing)
            lines[number] = len(rows)
    if layout.states_ends:
        closing = carry("期末余额", txs[-1].balance)
    rows += [list(row) for row in layout.below]
    path = folder / layout.file
    path.parent.mkdir(parents=True, exist_ok=True)
    _save(layout, path, rows, width)
    return Written(path, lines, opening, closing)


def _save(layout: Layout, path: Path, rows: Rows, width: int) -> None:
    if layout.form == "xlsx":
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet("Sheet1")
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    sheet.write_string(r, c, cell) if cell else None
    elif layout.form == "html":
        body = "".join("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in row) + "</tr>" for row in rows)
        path.write_text(f"<html><body><table>{body}</table></body></html>", "utf-8")
    else:
        out = io.StringIO()
        writer = csv.writer(out, delimiter=layout.delimiter, lineterminator="\r\n")
        for row in rows:
            full = len(row) == width
            writer.writerow([cell + layout.pad if full and cell else cell for cell in row])
        path.write_bytes(out.getvalue().encode(layout.encoding))


def expected_gaps(txs: Sequence[Tx], written: Written) -> list[tuple[int, int, int]]:
    """(line above, line below, missing fen) of every break that the balances show, sorted."""
    chain = [(written.opening, txs[0].balance - txs[0].delta + txs[0].fee, 0)] if written.opening else []
    chain += [(line, txs[n].balance, txs[n].delta - txs[n].fee) for n, line in sorted(written.lines.items())]
    chain += [(written.closing, txs[-1].balance, 0)] if written.closing else []
    found: list[tuple[int, int, int]] = []
    for (above, before, _), (below, after, delta) in pairwise(chain):
        if after - delta != before:
            found.append((min(above, below), max(above, below), after - delta - before))
    return sorted(found)
