"""Rows by template, and how they become CSV files (UTF-8, `\\n`, some files with Chinese headers)."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        name: tuple(columns.split())
        for name, columns in {
            "organizations": "uscc name type legal_rep legal_rep_id_no reg_addr phone email region capital"
            " founded status insured_count level",
            "persons": "id_no name birth sex region phone address",
            "staff": "staff_no id_no name org dept role_code party_member head from_date to_date",
            "departments": "org dept kind head powers",
            "roles": "company holder holder_id kind share_pct from_date to_date source",
            "employment": "id_no name employer kind from_date wage",
            "kinship": "id_no_a name_a id_no_b name_b code basis source from_date",
            "contacts": "subject subject_id scope kind value from_date source",
            "accounts": "acct holder holder_id bank kind opened operator operator_id_no",
            "transactions": "tx ts from_acct from_name to_acct to_name amount channel purpose balance_after"
            " contract_no",
            "tenders": "project_no title buyer agent method method_approved direct_reason budget budget_item category"
            " jurisdiction budget_level published doc_from doc_to deadline opened criteria status framework",
            "lots": "project_no lot title amount category status",
            "bids": "project_no lot bidder bidder_uscc amount status received rank contact contact_phone",
            "bid_artifacts": "project_no lot bidder kind value stage recorded",
            "bid_deposits": "project_no lot bidder acct payer amount ts form",
            "evaluators": "project_no person id_no role",
            "awards": "project_no lot supplier amount date publicity_from publicity_to status",
            "notices": "project_no lot kind published ended supplier",
            "contracts": "contract_no project_no lot buyer supplier amount title category budget_item method signed"
            " published delivered accepted framework",
            "contract_lines": "contract_no line_no item spec reg_no qty unit unit_price",
            "approvals": "project_no contract_no org person id_no action date",
            "recusals": "person id_no org counterparty kind date reason",
            "items": "item name udi_di reg_no spec maker category item_class vbp unit",
            "prices": "item source price unit region from_date",
            "usage": "org patient_hash dx_group item qty price doctor dept ts",
            "sponsorships": "payer payer_id payee payee_id kind amount date purpose",
            "beneficiaries": "id_no name scheme region agency village approved handler handler_id_no reviewer"
            " last_check channel status",
            "benefit_payments": "id_no name scheme region period kind amount acct acct_holder paid",
            "deaths": "id_no name date source",
            "thresholds": "jurisdiction rule amount valid_from source",
            "exclusive_schemes": "scheme_a scheme_b grace_months source",
            "whitelists": "detector kind value reason valid_from",
        }.items()
    }
)
"""Template → the columns this generator fills, in file order."""

CHINESE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        name: tuple(headers.split())
        for name, headers in {
            "departments": "单位名称 科室名称 科室类别 负责人 职权",
            "kinship": "本人身份证号 本人姓名 亲属身份证号 亲属姓名 关系 关系说明 来源 关系开始日期",
            "contacts": "主体 证件号码 任职单位 联系方式类型 号码 启用日期 数据来源",
            "accounts": "账号 户名 证件号码 开户行 账户类型 开户日期 实际使用人 使用人身份证号",
            "benefit_payments": "身份证号 姓名 待遇类型 统筹区 所属期 发放类别 发放金额 银行账号 户名 发放日期",
        }.items()
    }
)
"""Files written with Chinese headers, as county bureaus send them: column by column as in `COLUMNS`."""


def yuan(fen: int) -> str:
    """Money in fen as yuan with two decimals."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


class Tables:
    """Rows collected per template. Rows of `organizations`, `staff` … are added as keyword cells."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[str, ...]]] = {}

    def add(self, file: str, /, **cells: object) -> None:
        """One row of the template `file`; cells not named stay empty. KeyError on a column the file does not have."""
        columns = COLUMNS[file]
        if unknown := set(cells) - set(columns):
            raise KeyError(f"{file}: {sorted(unknown)}")
        self._rows.setdefault(file, []).append(tuple(_cell(cells.get(column)) for column in columns))

    def rows(self, file: str) -> Iterator[dict[str, str]]:
        """The rows of one template so far, as dictionaries."""
        return (dict(zip(COLUMNS[file], row, strict=True)) for row in self._rows.get(file, ()))

    @property
    def files(self) -> int:
        """How many templates have rows."""
        return len(self._rows)

    def write(self, folder: Path, *, in_order: bool = True) -> int:
        """Write `<template>.csv` for every template with rows; returns the number of rows.

        `in_order` sorts each file by its first columns, so that the order of planting tells nothing. A file written
        before is replaced; columns without any value are left out.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for file, rows in self._rows.items():
            headers = CHINESE.get(file, COLUMNS[file])
            used = [i for i in range(len(headers)) if any(row[i] for row in rows)]
            with (folder / f"{file}.csv").open("w", encoding="utf-8", newline="") as handle:
                writer = csv.writer(handle, lineterminator="\n")
                writer.writerow([headers[i] for i in used])
                writer.writerows([[row[i] for i in used] for row in (sorted(rows) if in_order else rows)])
        return sum(map(len, self._rows.values()))
