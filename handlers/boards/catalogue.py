"""The sentences of the boards."""

from handlers import texts

texts.add(
    "boards",
    {
        "store": ("门店", "store", "tienda"),
        "count": ("数量", "qty", "cant."),
        "as_of": ("更新", "as of", "datos"),
        "technician": ("技师", "who", "técnico"),
        "level": ("级", "lvl", "niv."),
        "way": ("距离", "way", "vía"),
        "booked": ("预约", "booked", "citas"),
        "load": ("负荷", "load", "uso"),
        "km": ("{km}km", "{km}km", "{km}km"),
        "days": ("{count}天前", "{count}d ago", "hace {count}d"),
        "has": ("有", "yes", "sí"),
        "none": ("无", "none", "no"),
        "free": ("有空", "free", "libre"),
        "no_window": ("没有空档", "no window", "sin hueco"),
        "lent": ("已约 {at}", "booked {at}", "reservado {at}"),
        "more": ("另有 {count} 家未列出", "{count} more not listed", "{count} más sin listar"),
        "coarse": (
            "别的经销商只显示有或无。",
            "Of other dealers only yes or none is shown.",
            "De otros concesionarios solo se muestra sí o no.",
        ),
        "stale": ("⌛ 数据已过期", "⌛ out of date", "⌛ caducado"),
        "lights": (
            "🟢 空闲 🟡 健康 🔴 超载",
            "🟢 free 🟡 healthy 🔴 overloaded",
            "🟢 libre 🟡 normal 🔴 saturado",
        ),
        "stock_title": ("📦 {part} {number}", "📦 {part} {number}", "📦 {part} {number}"),
        "tech_title": ("🔧 技师 · {specialty}", "🔧 Technicians · {specialty}", "🔧 Técnicos · {specialty}"),
        "tech_all": ("全部专长", "every specialty", "todas las especialidades"),
        "capacity_title": ("📊 产能 · {place}", "📊 Capacity · {place}", "📊 Capacidad · {place}"),
        "everywhere": ("全网络", "the whole network", "toda la red"),
        "nobody_has": (
            "没有门店登记有这个配件。",
            "No store says it has this part.",
            "Ninguna tienda dice tener esta pieza.",
        ),
        "nobody_there": (
            "这里还没有登记技师。",
            "No technician is on the map here.",
            "Aquí no hay técnicos registrados.",
        ),
        "no_stores": ("这里没有门店。", "There are no stores here.", "Aquí no hay tiendas."),
        "ask_part": ("申请调拨 {part}", "Ask for {part}", "Pedir {part}"),
        "ask_tech": ("申请技师支援", "Ask for a technician", "Pedir un técnico"),
        "ask_divert": ("分流客户", "Divert a customer", "Desviar a un cliente"),
        "tech_which": (
            "查哪项专长?点选,或例如:/tech 三电",
            "Which specialty? Press one, or for example: /tech body",
            "¿Qué especialidad? Pulsa una o, por ejemplo: /tech chapa",
        ),
        "tech_nobody": (
            "没有技师登记「{words}」这项专长。现有:{known}。例如:/tech {example}",
            'No technician has "{words}". There are: {known}. For example: /tech {example}',
            "Ningún técnico tiene «{words}». Hay: {known}. Por ejemplo: /tech {example}",
        ),
        "unknown_region": (
            "没有「{words}」这个区域。现有:{known}。例如:/capacity {example}",
            'There is no region "{words}". There are: {known}. For example: /capacity {example}',
            "No hay ninguna zona «{words}». Existen: {known}. Por ejemplo: /capacity {example}",
        ),
        # Live boards
        "live_usage": (
            "请写看板,例如:/board stock 前大灯-左、/board tech 三电、/board capacity;停用:/board off",
            "Say which board, for example: /board stock headlamp left, /board tech EV, /board capacity; to end it: "
            "/board off",
            "Indica el tablero, por ejemplo: /board stock faro izquierdo, /board tech EV, /board capacity; para "
            "quitarlo: /board off",
        ),
        "live_not_bound": (
            "请先绑定这个群,再放看板。例如:/bind 店长 深圳",
            "Bind this chat first. For example: /bind managers Shenzhen",
            "Vincula antes este chat. Por ejemplo: /bind gerentes Shenzhen",
        ),
        "live_part": (
            "没找到唯一的配件「{words}」。请写全名或编号,例如:/board stock {example}",
            'Not one part is called "{words}". Give its full name or number, for example: /board stock {example}',
            "Ninguna pieza única se llama «{words}». Da el nombre o número, por ejemplo: /board stock {example}",
        ),
        "example_part": ("前大灯-左", "headlamp left", "faro izquierdo"),
        "live_most": (
            "这个群已有 {most} 个看板,请先停用一个:/board off",
            "This chat has {most} boards already; end one first: /board off",
            "Este chat ya tiene {most} tableros; quita uno antes: /board off",
        ),
        "live_on": (
            "✅ 看板已放在群里,有变化会自动更新:{board}",
            "✅ The board stands in this chat and keeps itself up to date: {board}",
            "✅ El tablero está en el chat y se actualiza solo: {board}",
        ),
        "live_already": (
            "这个看板已经在群里了:{board}",
            "That board stands here already: {board}",
            "Ese tablero ya está aquí: {board}",
        ),
        "live_off": ("看板已停用:{board}", "The board has ended: {board}", "Tablero retirado: {board}"),
        "live_ended": ("⏹ 已停止更新", "⏹ no longer updated", "⏹ ya no se actualiza"),
        "live_none": (
            "这个群里没有看板。例如:/board capacity",
            "No board stands in this chat. For example: /board capacity",
            "No hay tableros en este chat. Por ejemplo: /board capacity",
        ),
        "live_list": ("这个群里的看板:", "The boards of this chat:", "Los tableros de este chat:"),
        "live_end_button": ("停用 {board}", "End {board}", "Quitar {board}"),
        "board_stock": ("库存", "stock", "existencias"),
        "board_tech": ("技师", "technicians", "técnicos"),
        "board_capacity": ("产能", "capacity", "capacidad"),
        # Agreements
        "agreements": ("数据共享协议:", "Agreements to share figures:", "Acuerdos para compartir datos:"),
        "agreed": ("✅ {dealer}", "✅ {dealer}", "✅ {dealer}"),
        "not_agreed": (
            "⛔ {dealer}:不参与",
            "⛔ {dealer}: takes no part",
            "⛔ {dealer}: no participa",
        ),
        "agreement_on": (
            "✅ {dealer} 已同意共享,其数据参与匹配。",
            "✅ {dealer} has agreed; its figures take part.",
            "✅ {dealer} ha aceptado; sus datos participan.",
        ),
        "agreement_off": (
            "⛔ {dealer} 没有有效协议,其数据不再显示,也不参与匹配。",
            "⛔ {dealer} has no agreement; its figures are neither shown nor matched any more.",
            "⛔ {dealer} no tiene acuerdo; sus datos ya no se muestran ni participan.",
        ),
        "agreement_usage": (
            "没有「{words}」这个经销商。现有:{known}。例如:/agreement {example} off",
            'There is no dealer "{words}". There are: {known}. For example: /agreement {example} off',
            "No existe el concesionario «{words}». Hay: {known}. Por ejemplo: /agreement {example} off",
        ),
    },
)
texts.add(
    "help",
    {
        "board": ("在群里放一个自动更新的看板", "Let a board stand in this chat", "Poner un tablero en este chat"),
        "agreement": (
            "哪些经销商同意共享数据",
            "Which dealers share their figures",
            "Qué concesionarios comparten datos",
        ),
        "tech": (
            "查谁会某项专长;/tech set 张伟 周三上午 更新自己店的技师",
            "See who is good at something; /tech set Zhang Wed am says when one's own technician is free",
            "Ver quién sabe de algo; /tech set Zhang mié mañana dice cuándo está libre un técnico propio",
        ),
        "capacity": (
            "看本区域各店产能;/capacity 32 更新自己店今日预约台数",
            "See the region's capacity; /capacity 32 says one's own bookings of today",
            "Ver la capacidad de la zona; /capacity 32 dice las citas propias de hoy",
        ),
    },
)
texts.add(
    "example",
    {
        "board": ("/board stock 前大灯-左", "/board stock headlamp left", "/board stock faro izquierdo"),
        "agreement": ("/agreement 大湾汽车 off", "/agreement Bay Cars off", "/agreement Bay Cars off"),
        "tech": ("/tech 三电", "/tech EV", "/tech EV"),
        "capacity": ("/capacity", "/capacity", "/capacity"),
    },
)
