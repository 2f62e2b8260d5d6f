"""The sentences of the days ahead, the three languages side by side."""

from handlers import texts

texts.add(
    "ahead",
    {
        "weekdays": (
            "周一 周二 周三 周四 周五 周六 周日",
            "Mon Tue Wed Thu Fri Sat Sun",
            "lun mar mié jue vie sáb dom",
        ),
        "today": ("今天({day})", "today ({day})", "hoy ({day})"),
        "tomorrow": ("明天({day})", "tomorrow ({day})", "mañana ({day})"),
        # The table
        "title_store": (
            "📅 {store} 今后 {days} 天",
            "📅 {store}, the next {days} days",
            "📅 {store}, próximos {days} días",
        ),
        "title_day": ("📅 {day} 各店负荷", "📅 The stores' load, {day}", "📅 Carga de las tiendas, {day}"),
        "column_day": ("日期", "Day", "Día"),
        "column_store": ("门店", "Store", "Tienda"),
        "column_booked": ("已约", "Booked", "Citas"),
        "column_expected": ("预计", "Exp.", "Prev."),
        "column_load": ("负荷", "Load", "Carga"),
        "past_mark": (
            "~ 按近 {weeks} 周同一天的中位数(比已约数多)",
            "~ the median of the same weekday of the last {weeks} weeks, more than is booked",
            "~ mediana del mismo día de las últimas {weeks} semanas; supera las citas",
        ),
        "no_past": (
            "没有 ~ 的按已约数;“–”表示还没有数据。",
            "Without ~ it is what is booked; – means that nothing is known yet.",
            "Sin ~ son las citas; – es que aún no hay datos.",
        ),
        "more": ("……另有 {count} 家负荷较低的门店", "… and {count} stores with less", "… y {count} tiendas con menos"),
        "no_stores": (
            "您不属于任何门店或区域,没有可看的负荷。",
            "You belong to no store or region, so there is no load to show.",
            "No perteneces a ninguna tienda ni zona; no hay carga que mostrar.",
        ),
        "bad_day": (
            "没看懂是哪一天。可以这样写:/ahead 明天,或 /ahead 周五",
            "I do not know which day that is. Write for example: /ahead tomorrow, or /ahead Friday",
            "No sé qué día es. Escribe por ejemplo: /ahead mañana, o /ahead viernes",
        ),
        "far_day": (
            "只能看今天起 {days} 天内的负荷,例如:/ahead 明天",
            "The load is known for {days} days from today, for example: /ahead tomorrow",
            "La carga se conoce para {days} días desde hoy, por ejemplo: /ahead mañana",
        ),
        # The alert
        "too_full": (
            "{light} {store} {day}预计过满:{expected}/{capacity} 台,负荷 {percent}%({basis})",
            "{light} {store} will be too full {day}: {expected} of {capacity}, {percent} % ({basis})",
            "{light} {store} estará demasiado llena {day}: {expected} de {capacity}, {percent} % ({basis})",
        ),
        "basis_booked": ("按已约数", "by its bookings", "por las citas"),
        "basis_past": (
            "按近 {weeks} 周同一天的中位数,目前已约 {booked}",
            "by the same weekday of the last {weeks} weeks; {booked} booked so far",
            "por el mismo día de las últimas {weeks} semanas; {booked} citas por ahora",
        ),
        "wait": (
            "到店客户预计要等{wait}。",
            "Customers will wait about {wait}.",
            "Se esperará unos {wait}.",
        ),
        "near_title": ("空闲(🟢)的邻店:", "Stores near with a green light 🟢:", "Tiendas cercanas en verde 🟢:"),
        "near_line": ("{rank}. {store}:{reasons}", "{rank}. {store}: {reasons}", "{rank}. {store}: {reasons}"),
        "near_none": (
            "附近没有空闲(🟢)的门店。",
            "No store near has a green light.",
            "Ninguna tienda cercana está en verde.",
        ),
        "consent": (
            "客户同意之前不会预约任何工位。",
            "Nothing is booked before the customer agrees.",
            "No se reserva nada antes de que el cliente acepte.",
        ),
        "divert_button": ("🚗 分流客户", "🚗 Divert a customer", "🚗 Desviar a un cliente"),
        "another_day": (
            "分流在当天进行:{day}再按这个按钮,或当天发送 /divert",
            "A customer is diverted on the day itself: press this {day}, or send /divert then",
            "El desvío se hace el mismo día: pulsa esto {day}, o envía /divert entonces",
        ),
        "past_day": (
            "那天已经过去。要分流今天的客户,请发送 /divert",
            "That day is over. To divert a customer of today send /divert",
            "Ese día ya pasó. Para desviar a un cliente de hoy envía /divert",
        ),
        "region_title": (
            "🔴 这些门店预计过满:",
            "🔴 These stores will be too full:",
            "🔴 Estas tiendas estarán demasiado llenas:",
        ),
        "region_line": (
            "{store} · {day} · 空闲邻店:{near}",
            "{store} · {day} · green near: {near}",
            "{store} · {day} · en verde cerca: {near}",
        ),
        "region_nobody": ("无", "none", "ninguna"),
    },
)
texts.add(
    "help",
    {
        "ahead": (
            "今后几天的预约和负荷预测",
            "How full the next days will be",
            "Cómo de llenos estarán los próximos días",
        )
    },
)
texts.add("example", {"ahead": ("/ahead 明天", "/ahead tomorrow", "/ahead mañana")})
