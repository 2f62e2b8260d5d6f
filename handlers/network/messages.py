"""The words about the workbook: what would change, and why a row or a file cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

from handlers import texts
from handlers.chat import Message, bold, line, message
from handlers.network.plan import Change, Plan, Problem, Value
from handlers.network.sheets import KINDS, heading_words, sheet_words

texts.add(
    "network",
    {
        # Why a cell cannot be used
        "needed": ("不能为空", "must not be blank", "no puede quedar vacía"),
        "not_words": ("「{value}」不是文字", '"{value}" is no text', "«{value}» no es texto"),
        "too_long": (
            "「{value}」太长,最多 {most} 个字",
            '"{value}" is too long: at most {most} characters',
            "«{value}» es demasiado largo: como mucho {most} caracteres",
        ),
        "not_a_code": (
            "「{value}」不能作编码,中间不能有空格,例如 SZ01",
            '"{value}" is no code: one word without blanks, for example SZ01',
            "«{value}» no es un código: una palabra sin espacios, por ejemplo SZ01",
        ),
        "not_whole": (
            "「{value}」不是整数,例如 3",
            '"{value}" is no whole number, for example 3',
            "«{value}» no es un número entero, por ejemplo 3",
        ),
        "too_small": (
            "{value} 太小,最少 {least}",
            "{value} is too small: at least {least}",
            "{value} es demasiado poco: al menos {least}",
        ),
        "too_large": (
            "{value} 太大,最多 {most}",
            "{value} is too large: at most {most}",
            "{value} es demasiado: como mucho {most}",
        ),
        "not_number": (
            "「{value}」不是数字,例如 22.5431",
            '"{value}" is no number, for example 22.5431',
            "«{value}» no es un número, por ejemplo 22.5431",
        ),
        "out_of_range": (
            "{value} 不在 {least} 到 {most} 之间",
            "{value} is not between {least} and {most}",
            "{value} no está entre {least} y {most}",
        ),
        "not_time": (
            "「{value}」不是时间,例如 08:30",
            '"{value}" is no time of day, for example 08:30',
            "«{value}» no es una hora, por ejemplo 08:30",
        ),
        "unknown_zone": (
            "没有「{value}」这个时区,例如 Asia/Shanghai",
            'there is no time zone "{value}"; for example Asia/Shanghai',
            "no existe la zona horaria «{value}»; por ejemplo Asia/Shanghai",
        ),
        "unknown_role": (
            "没有「{value}」这个角色,可填:店长、副店长、服务顾问、技师、区域经理、总部、财务、审计",
            'there is no role "{value}": store_manager, deputy, advisor, technician, region_manager, hq, '
            "finance or auditor",
            "no existe la función «{value}»: gerente, subgerente, asesor, técnico, gerente regional, central, "
            "finanzas o auditor",
        ),
        "unknown_language": (
            "不支持「{value}」,可填:zh、en、es",
            'we do not speak "{value}": zh, en or es',
            "no hablamos «{value}»: zh, en o es",
        ),
        "not_phone": (
            "「{value}」不是电话号码,例如 13800138000",
            '"{value}" is no telephone number, for example +8613800138000',
            "«{value}» no es un teléfono, por ejemplo +34600123456",
        ),
        "not_level": (
            "「{value}」不是等级,可填:T1、T2、T3",
            '"{value}" is no level: T1, T2 or T3',
            "«{value}» no es un nivel: T1, T2 o T3",
        ),
        "not_yes_no": ("「{value}」请填 是 或 否", '"{value}": write yes or no', "«{value}»: escribe sí o no"),
        "digits_lost": (
            "「{value}」数字太长,表格会丢失末位;请把单元格设为文本格式",
            '"{value}" has more digits than a spreadsheet keeps; format the cell as text',
            "«{value}» tiene más cifras de las que guarda la hoja; da formato de texto a la celda",
        ),
        # Why a row cannot be used
        "same_store": (
            "从「{value}」到它自己没有车程,请写两家不同的门店,例如 SZ01 到 SZ02",
            'there is no way from "{value}" to itself: name two stores, for example SZ01 and SZ02',
            "no hay camino de «{value}» a sí misma: dos tiendas, por ejemplo SZ01 y SZ02",
        ),
        "twice": (
            "「{value}」与第 {other} 行重复",
            '"{value}" stands in row {other} already',
            "«{value}» ya está en la fila {other}",
        ),
        "name_taken": (
            "「{value}」已经是门店 {other} 的名称或编码",
            '"{value}" is the name or code of store {other} already',
            "«{value}» ya es el nombre o el código de la tienda {other}",
        ),
        "both_coordinates": (
            "纬度和经度要么都填,要么都不填",
            "give latitude and longitude, or neither",
            "indica latitud y longitud, o ninguna",
        ),
        "both_hours": (
            "开门和关门时间要么都填,要么都不填",
            "give opens and closes, or neither",
            "indica apertura y cierre, o ninguna",
        ),
        "which_region": (
            "网络里有多个区域,请写明是哪一个",
            "the network has several regions: say which",
            "la red tiene varias regiones: indica cuál",
        ),
        "which_dealer": (
            "网络里有多个经销商,请写明是哪一个",
            "the network has several dealers: say which",
            "la red tiene varios concesionarios: indica cuál",
        ),
        "unknown_store": (
            "没有「{value}」这家门店(填编码或名称)",
            'there is no store "{value}" (its code or its name)',
            "no existe la tienda «{value}» (código o nombre)",
        ),
        "unknown_region": (
            "没有「{value}」这个区域或门店",
            'there is no region or store "{value}"',
            "no existe la región ni la tienda «{value}»",
        ),
        "store_needed": (
            "这个角色要写明所在门店",
            "this role belongs to a store: say which",
            "esta función pertenece a una tienda: indica cuál",
        ),
        "not_your_store": (
            "「{value}」不是您的门店,只能填自己门店的行",
            '"{value}" is not your store: only rows of your own store',
            "«{value}» no es tu tienda: solo filas de la tuya",
        ),
        "not_your_column": (
            "「{value}」不是您的门店,请删去这一列,只留自己门店的",
            '"{value}" is not your store: take this column out and leave your own',
            "«{value}» no es tu tienda: quita esta columna y deja la tuya",
        ),
        "unknown_part": (
            "没有「{value}」这个备件号;新备件请总部先加",
            'there is no part number "{value}"; a new part is HQ\'s to add',
            "no existe la referencia «{value}»; las piezas nuevas las añade la central",
        ),
        "hqs_sheet": (
            "门店和人员由总部维护,请删去这个工作表",
            "stores and people are HQ's to say: take this sheet out",
            "las tiendas y las personas las lleva la central: quita esta hoja",
        ),
        "same_name": (
            "这家门店有多位「{value}」,请填电话以便区分",
            'several people here are called "{value}": give the phone, to tell them apart',
            "aquí hay varias personas llamadas «{value}»: indica el teléfono para distinguirlas",
        ),
        "capacity_needed": (
            "这家门店还没有日产能,请填写",
            "the daily capacity of this store is not known yet: give it",
            "aún no se conoce la capacidad diaria de esta tienda: indícala",
        ),
        # Why a sheet cannot be used
        "heading_missing": ("缺少这一列", "this column is missing", "falta esta columna"),
        "column_twice": (
            "「{value}」这一列出现了两次",
            'the column "{value}" is there twice',
            "la columna «{value}» está dos veces",
        ),
        "unknown_store_column": (
            "「{value}」不是门店的编码或名称;这里除备件号、备件名称、别名、单价外,每列是一家门店",
            '"{value}" is no store\'s code or name; here each further column is a store',
            "«{value}» no es código ni nombre de tienda; aquí cada columna más es una tienda",
        ),
        "no_headings": (
            "前几行里没有找到标题行,应有一列叫「{value}」",
            'no headings among the first rows; one column must be headed "{value}"',
            "no hay encabezados en las primeras filas; una columna debe llamarse «{value}»",
        ),
        "sheet_twice": (
            "与工作表「{other}」内容相同,请只保留一个",
            'it is the same sheet as "{other}": keep one of them',
            "es la misma hoja que «{other}»: deja solo una",
        ),
        "no_sheets": (
            "没有可用的工作表;工作表名应为:门店、人员、库存、技师、产能、车程",
            "no sheet is called stores, people, stock, technicians, capacity or travel "
            "(or 门店, 人员, 库存, 技师, 产能, 车程)",
            "ninguna hoja se llama stores, people, stock, technicians, capacity o travel "
            "(o 门店, 人员, 库存, 技师, 产能, 车程)",
        ),
        # Why a file cannot be used
        "file_missing": ("没有这个文件:{file}", "there is no such file: {file}", "no existe el archivo: {file}"),
        "file_unreadable": (
            "读不了文件 {file}:{why}",
            "{file} cannot be read: {why}",
            "no se puede leer {file}: {why}",
        ),
        "file_too_big": (
            "文件太大:最多 {most} MB",
            "the file is too big: at most {most} MB",
            "el archivo es demasiado grande: como mucho {most} MB",
        ),
        "file_not_xlsx": (
            "这不是 Excel 工作簿。请在 Excel 或 WPS 里另存为 .xlsx 再试",
            "this is no Excel workbook; save it as .xlsx and try again",
            "esto no es un libro de Excel; guárdalo como .xlsx e inténtalo de nuevo",
        ),
        "file_not_csv": (
            "这不是 CSV 表格,或里面的引号不成对。请在 Excel 或 WPS 里另存为 .xlsx 再试",
            "this is no CSV, or a quotation mark in it is not closed; save it as .xlsx and try again",
            "esto no es un CSV, o queda una comilla sin cerrar; guárdalo como .xlsx e inténtalo de nuevo",
        ),
        "file_locked": (
            "这个文件有密码,或是旧的 .xls 格式。请去掉密码,另存为 .xlsx 再试",
            "the file has a password or is an old .xls; save it as .xlsx without a password",
            "el archivo tiene contraseña o es un .xls antiguo; guárdalo como .xlsx sin contraseña",
        ),
        "file_bomb": (
            "这个文件展开后大得不正常,没有打开",
            "unpacked, this file would be far too big; it was not opened",
            "descomprimido, este archivo sería demasiado grande; no se ha abierto",
        ),
        "file_broken": (
            "文件已损坏,打不开。请重新导出再试",
            "the file is damaged and cannot be opened; export it once more",
            "el archivo está dañado y no se puede abrir; expórtalo de nuevo",
        ),
        # What would change
        "counts": (
            "新增 {added} · 修改 {changed} · 不变 {unchanged}",
            "{added} new · {changed} changed · {unchanged} as they are",
            "{added} nuevas · {changed} cambiadas · {unchanged} sin cambios",
        ),
        "more": ("……还有 {count} 行", "… and {count} more rows", "… y {count} filas más"),
        "restated": (
            "另有 {count} 个数字不变,但更新为今天确认",
            "{count} more figures are as they were, and count as confirmed today",
            "otras {count} cifras no cambian y quedan confirmadas hoy",
        ),
        "nothing": (
            "没有变化:文件和现有数据一致。",
            "Nothing to change: the file says what is known already.",
            "Nada que cambiar: el archivo dice lo que ya se sabe.",
        ),
        "bad_rows": (
            "有 {count} 处不能用,所以整个文件都没有写入:",
            "{count} things cannot be used, so nothing of the file is written:",
            "{count} cosas no sirven, así que no se escribe nada del archivo:",
        ),
        "bad_row": ("{sheet} 第 {row} 行", "{sheet}, row {row}", "{sheet}, fila {row}"),
        "new_dealers": ("新经销商:{names}", "new dealers: {names}", "concesionarios nuevos: {names}"),
        "new_regions": ("新区域:{names}", "new regions: {names}", "regiones nuevas: {names}"),
        "notes": ("提示:", "Notes:", "Notas:"),
        "column_ignored": (
            "「{value}」这一列没有使用",
            'the column "{value}" is not used',
            "la columna «{value}» no se usa",
        ),
        "sheet_ignored": ("这个工作表没有使用", "this sheet is not used", "esta hoja no se usa"),
        "namesake": (
            "别处({where})也有一位「{value}」;如果是同一个人调店,原来的那条仍会保留",
            '"{value}" is also known at {where}; if it is the same person, the old entry stays as well',
            "«{value}» también consta en {where}; si es la misma persona, la entrada anterior se mantiene",
        ),
        # A file sent into the chat
        "send_a_file": (
            "请把表格文件(.xlsx 或 .csv)直接发给我,我先说会改什么,您确认后才写入。例如:库存.xlsx",
            "Send me the workbook itself (.xlsx or .csv): I say what would change, and write it once you confirm. "
            "For example: stock.xlsx",
            "Envíame el propio libro (.xlsx o .csv): digo qué cambiaría y lo guardo cuando confirmes. "
            "Por ejemplo: stock.xlsx",
        ),
        "not_fetched": (
            "文件没有取到。请过一会儿再发一次",
            "the file could not be fetched; send it again in a moment",
            "no se pudo descargar el archivo; envíalo otra vez en un momento",
        ),
        "write_button": ("✅ 确认写入", "✅ Write it", "✅ Guardar"),
        "drop_button": ("不写", "Write nothing", "No guardar"),
        "not_your_file": (
            "这个文件不是您发的,请发文件的人确认。",
            "Somebody else sent this file: it is theirs to confirm.",
            "Este archivo lo envió otra persona: le toca confirmarlo.",
        ),
        "file_done": (
            "这个文件已经处理过了,或等得太久。要再写,请重新发一次。",
            "This file was dealt with already, or waited too long. Send it again if need be.",
            "Este archivo ya se trató o esperó demasiado. Vuelve a enviarlo si hace falta.",
        ),
        "changed_since": (
            "没有变化:这期间已经是这些数字了。",
            "Nothing to change: meanwhile these are the figures already.",
            "Nada que cambiar: entretanto ya son estas las cifras.",
        ),
        "file_dropped": ("好的,没有写入。", "All right, nothing was written.", "De acuerdo, no se guardó nada."),
        "written": ("已写入。", "Written.", "Guardado."),
        "role_hq": ("总部", "hq", "central"),
        "role_region_manager": ("区域经理", "region_manager", "gerente regional"),
        "role_store_manager": ("店长", "store_manager", "gerente"),
        "role_deputy": ("副店长", "deputy", "subgerente"),
        "role_advisor": ("服务顾问", "advisor", "asesor"),
        "role_technician": ("技师", "technician", "técnico"),
        "role_finance": ("财务", "finance", "finanzas"),
        "role_auditor": ("审计", "auditor", "auditor"),
        "yes": ("是", "yes", "sí"),
        "no": ("否", "no", "no"),
        "blank": ("(空)", "(blank)", "(vacío)"),
    },
)


texts.add(
    "help",
    {
        "import": (
            "发来表格(.xlsx 或 .csv):先看会改什么,再确认写入",
            "Send a workbook: see what would change, then confirm",
            "Envía un libro: mira qué cambiaría y confirma",
        )
    },
)
texts.add("example", {"import": ("/import", "/import", "/import")})


def plan_message(language: str, plan: Plan, *, most: int = 20, most_bad: int = 0) -> Message:
    """Show what a workbook would change, `most` rows of each sheet, or why nothing of it is written.

    Of bad rows `most_bad` are shown, or as many as of the others.
    """
    most_bad = most_bad or most
    lines = []
    for kind in KINDS:
        counts = {what: plan.counts.get((kind, what), 0) for what in ("added", "changed", "unchanged")}
        if not any(counts.values()):
            continue
        lines.append(line(bold(sheet_words(kind, language)), " ", texts.say(language, "network.counts", **counts)))
        changes = [change for change in plan.changes if change.kind == kind]
        lines += [line(f"  {change_words(language, change)}") for change in changes[:most]]
        if len(changes) > most:
            lines.append(line("  ", texts.say(language, "network.more", count=len(changes) - most)))
    for key, names in (("new_dealers", plan.dealers), ("new_regions", tuple(plan.regions))):
        if names:
            lines.append(line(texts.say(language, f"network.{key}", names=", ".join(names))))
    if plan.restated:
        lines.append(line(texts.say(language, "network.restated", count=plan.restated)))
    if not plan.problems and plan.changes_nothing:
        lines.append(line(texts.say(language, "network.nothing")))
    lines += [line(words) for words in _note_words(language, plan, most)]
    if plan.problems:
        lines.append(line(bold(texts.say(language, "network.bad_rows", count=len(plan.problems)))))
        lines += [line("  ", problem_words(language, problem)) for problem in plan.problems[:most_bad]]
        if len(plan.problems) > most_bad:
            lines.append(line("  ", texts.say(language, "network.more", count=len(plan.problems) - most_bad)))
    return message(*lines)


def problem_words(language: str, problem: Problem) -> str:
    """Say which row cannot be used, and why."""
    reason = texts.say(language, problem.key, **problem.values)
    if not problem.sheet:
        return reason
    where = texts.say(language, "network.bad_row", sheet=problem.sheet, row=problem.row)
    column = heading_words(problem.kind, problem.column, language) if problem.kind else problem.column
    return " · ".join(filter(None, (where, column))) + _colon(language) + reason


def change_words(language: str, change: Change) -> str:
    """Say what becomes of a row: + for a new one, ~ for one that changes, with what stood there before."""
    if change.id is None:
        said = [
            f"{_column(change, name, language)} {shown(language, name, after)}" for name, (_, after) in _told(change)
        ]
        return f"+ {change.label}" + (_colon(language) + " · ".join(said) if said else "")
    said = [
        f"{_column(change, name, language)} {shown(language, name, before)} → {shown(language, name, after)}"
        for name, (before, after) in change.fields.items()
    ]
    return f"~ {change.label}{_colon(language)}{' · '.join(said)}"


def written(language: str) -> Message:
    """Say that it was written."""
    return message(texts.say(language, "network.written"))


def _told(change: Change) -> Iterator[tuple[str, tuple[Value, Value]]]:
    """Leave out what the label of a new row says already."""
    in_label = {str(change.values.get(name)) for name in ("code", "name", "store", "part_no", "part")}
    return ((name, pair) for name, pair in change.fields.items() if str(pair[1]) not in in_label)


def _note_words(language: str, plan: Plan, most: int) -> Iterator[str]:
    if plan.notes:
        yield texts.say(language, "network.notes")
    for note in plan.notes[:most]:
        where = texts.say(language, "network.bad_row", sheet=note.sheet, row=note.row) if note.row else note.sheet
        yield f"  {where}{_colon(language)}{texts.say(language, note.key, **note.values)}"
    if len(plan.notes) > most:
        yield f"  {texts.say(language, 'network.more', count=len(plan.notes) - most)}"


def _column(change: Change, name: str, language: str) -> str:
    return heading_words(change.kind, name, language)


def shown(language: str, column: str, value: Value) -> str:
    """Say a value as it stands in a workbook of this language."""
    if value is None or value == "":
        return texts.say(language, "network.blank")
    if column == "role":
        return texts.say(language, f"network.role_{value}")
    if isinstance(value, bool):
        return texts.say(language, "network.yes" if value else "network.no")
    return value.strftime("%H:%M") if isinstance(value, time) else str(value)


def _colon(language: str) -> str:
    return ":" if language == "zh" else ": "
