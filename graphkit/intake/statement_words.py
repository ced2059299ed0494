"""What bank statements call their columns and header lines: data only; a new layout is a new word in one of these rows.

Words are compared as `norm` leaves them. The first words of a row are preferred when a table has several of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from graphkit.intake.headers import norm_header, split_unit

_COLUMNS = {
    "date": "交易日期|交易日|记账日期|入账日期|账务日期|会计日期|发生日期|日期|transaction date|posting date|date",
    "time": "交易时间|交易日期时间|记账时间|入账时间|交易创建时间|付款时间|发生时间|交易时刻|交易时间戳|时间|transaction time|time",
    "debit": "借方发生额|借方金额|借方|支出金额|支出|支取金额|支取|转出金额|付出金额|付出|取出金额|借|withdrawal|debit",
    "credit": "贷方发生额|贷方金额|贷方|收入金额|收入|存入金额|存入|转入金额|收款金额|贷|deposit|credit",
    "amount": "交易金额|发生金额|发生额|交易额|收支金额|收/支金额|金额|transaction amount|amount",
    "direction": "借贷标志|借贷方向|借贷类型|借贷别|借贷|借/贷|收付标志|收付方向|收付|收/付|收支标志|收支类型|收支方向|收支|收/支"
    "|进出标志|进出|资金流向|交易方向|debit/credit|dc",
    "balance": "账户余额|交易后余额|本次余额|交易余额|当前余额|账面余额|联机余额|卡余额|余额|结余|balance after|balance",
    "fee": "手续费|服务费|手续费金额|交易手续费|fee",
    "own_acct": "本方账号|本方卡号|本方账户|查询账号|查询卡号|客户账号|主账号|交易账号|账号|交易卡号|卡号|账户|账户号码",
    "own_name": "本方户名|本方名称|账户名称|户名|客户名称|客户姓名|账户户名",
    "acct": "对方账号|对方卡号|对方账户|对方账卡号|对方账号/卡号|对手账号|对手卡号|对手账户|交易对手账号|交易对手账卡号|交易对手账户"
    "|交易对方账号|交易对方账户|收/付方账号|收付方账号|收(付)方账号|对方账(卡)号|counterparty account",
    "name": "对方户名|对方名称|对方姓名|对方单位名称|对方单位|对手户名|对手名称|交易对手户名|交易对手名称|交易对手姓名|交易对手"
    "|交易对方名称|交易对方户名|交易对方|收/付方名称|收付方名称|收(付)方名称|收/付方户名|counterparty name|counterparty",
    "purpose": "摘要|交易摘要|用途|附言|交易附言|备注|商品说明|商品名称|商品|交易说明|摘要说明|remark|description|summary",
    "channel": "交易渠道|渠道|渠道名称|交易方式|channel",
    "serial": "交易流水号|流水号|核心流水号|账务流水号|业务流水号|交易流水|流水|交易单号|交易订单号|交易号|交易序号|日志号|serial no|reference",
    "currency": "币种|货币|币别|货币种类|currency",
    "status": "交易状态|当前状态|交易结果|状态|status",
    "sub": "子账号|子账户|子账户序号|账户序号|钞汇标志",
}
_KEYS = {
    "acct": "账号|卡号|账户账号|账号/卡号|卡号/账号|卡(账)号|账(卡)号|客户账号|查询账号|查询卡号|本方账号|账户号码|账户|支付宝账户|支付宝账号"
    "|微信支付账号|微信支付账户|财付通账号|用户账号|用户ID|account no.|account no|account number|account",
    "holder": "户名|账户名称|账户名|本方户名|客户名称|客户姓名|单位名称|姓名|真实姓名|持有人|开户人|account name|name",
    "holder_id": "证件号码|身份证号|身份证号码|证件号|统一社会信用代码",
    "bank": "开户行|开户银行|开户机构|开户网点|开户行名称|银行名称|bank",
    "currency": "币种|货币|币别|currency",
    "opening": "期初余额|上期余额|起始余额|承前余额|opening balance",
    "closing": "期末余额|本期余额|截止余额|closing balance",
}


@lru_cache(maxsize=4096)
def norm(text: str) -> str:
    """A word of a header or a header line for comparing: see `norm_header`; 帐 is written 账."""
    return norm_header(text).replace("帐", "账")


def _table(rows: Mapping[str, str]) -> Mapping[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for role, words in rows.items():
        for place, word in enumerate(words.split("|")):
            found.setdefault(norm(word), (role, place))
    return MappingProxyType(found)


COLUMNS, KEYS = _table(_COLUMNS), _table(_KEYS)
"""Normalised word → (role, preference); `acct` and `name` are the counterparty's in a column, `acct` ours in a line."""

ACCOUNT_MARKS = tuple(end + colon for end in ("号", "户", "ID", "ccount", "o.", "o") for colon in ":：")
"""Ends of the words that name our account, as they stand in a line."""

KNOWN_KEYS = "|".join(re.escape(w) for w in sorted("|".join(_KEYS.values()).split("|"), key=len, reverse=True))
"""All words of header lines as a regex alternation, as people write them."""


@lru_cache(maxsize=4096)
def column_role(header: str) -> tuple[str, int, str | None] | None:
    """(role, preference, unit) of a header cell; None for a column that statements are not read by."""
    whole = norm(header)
    if whole in COLUMNS:
        return *COLUMNS[whole], None
    bare, unit = split_unit(header.replace("帐", "账"))
    return (*COLUMNS[bare], unit) if unit is not None and bare in COLUMNS else None


OPENING = r"^(期初|上期|上月|上年|上日|昨日|年初|月初|起始|承前)(余额|结余|结存|结转)$|^期初$"
CLOSING = r"^(期末|本期|月末|年末|截止|终止|当前)(余额|结余|结存)$|^期末$"
TOP = r"^(承前页|承上页|接上页|上页余额|上页结转)$"
PAGE = (
    r"^(承前页|承上页|接上页|上页余额|上页结转|过次页|过下页|转次页|转下页|(本页|本日|本月|本周)(余额|合计|小计|累计))$"
)
TOTAL = r"^(本期|本年|收入|支出|借方|贷方)?(合计|小计|总计|共计|累计)"
FOOT = r"^([-=*_—#.]{3,}|制表|填表|审核|复核|打印|经办|说明|备注[:：]|注[:：]|第[0-9]+页|[^0-9:：]{2,16}[:：])"
KEY = r"^[^0-9:：]{2,16}[:：]"
"""Lines that are no transactions, as regexes (RE2) on the first filled cell: `FOOT` and `KEY` as written and without an
amount, the others without blanks and colons, in the purpose as well.
"""

CASH = r"现金|现存|现支|现取|取现|存现|ATM取款|ATM存款|自助取款|自助存款|柜台取款|柜面取款|柜台存款|(?i:\bcash\b)"
NOT_CASH = r"现金(管理|宝|分红|券|红包|返|贷|流)"
UNPAID = r"关闭|失败|撤销|未支付|等待|待付款|已取消|未付款"
IN = r"^(?i:贷|收|进|入|存|汇入|转入|cr?$|credit|in$|\+$)"
OUT = r"^(?i:借|付|出|支|取|汇出|转出|dr?$|debit|out$|-$)"
YUAN = frozenset({"", "人民币", "人民币元", "元", "RMB", "CNY", "156", "01", "001", "¥", "￥"})
UNNAMED = "未列明"
"""Stands for a counterparty of which a line tells neither account nor name."""

_TELLING = "余额|结余|借方|借贷|借/贷|支出|收支|收/支|收付|收/付|付出|支取|转出金额|进出|资金流向|交易方向|alance|ebit"
_MARKS = tuple(
    word.encode(form) for word in _TELLING.split("|") for form in ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
) + tuple("".join(f"&#{ord(c)};" for c in word).encode() for word in _TELLING.split("|"))


def speaks(data: bytes) -> bool:
    """Whether a word stands in some bytes without which no header of a statement is recognised; nothing is parsed."""
    return any(mark in data for mark in _MARKS)
