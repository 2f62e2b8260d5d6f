"""The sentences of transfers, the three languages side by side."""

from handlers import texts

texts.add("kind", {"transfer": ("调拨", "Transfer", "Traslado")})
texts.add(
    "transfer",
    {
        "state_accepted": (
            "{store} 已同意,等发货",
            "{store} accepted, waiting for shipping",
            "{store} aceptó, falta el envío",
        ),
        "state_shipped": (
            "{store} 已发出,等收货",
            "{store} shipped, waiting for receipt",
            "{store} envió, falta la recepción",
        ),
        "state_received": ("已收货,待补录单据", "received, record to be made", "recibido, falta el registro"),
        "author_accepted": (
            "✅ {label} {brief}:{store} 已同意,正在准备发货。",
            "✅ {label} {brief}: {store} accepted and prepares it.",
            "✅ {label} {brief}: {store} aceptó y lo prepara.",
        ),
        "author_shipped": (
            "🚚 {label} {brief}:{store} 已发出。",
            "🚚 {label} {brief}: {store} has shipped it.",
            "🚚 {label} {brief}: {store} lo ha enviado.",
        ),
    },
)
texts.add("step", {"give_back": ("归还", "the return", "devolución")})
texts.add(
    "event",
    {
        "back": (
            "🔁 {store} 已收回 {quantity}({who})",
            "🔁 {store} has {quantity} back ({who})",
            "🔁 {store} recuperó {quantity} ({who})",
        ),
    },
)
texts.add(
    "help",
    {"borrow": ("借用配件或工具,到期归还", "Borrow a part or a tool", "Pedir prestada una pieza o herramienta")},
)
texts.add(
    "example",
    {
        "borrow": (
            "/borrow 诊断仪 x1 urgent 客户在等 还11月30日",
            "/borrow scanner x1 urgent customer waiting return 30 Nov",
            "/borrow escáner x1 urgente cliente esperando devolver 30 nov",
        )
    },
)
texts.add(
    "why",
    {
        "enough": ("库存够", "has enough", "tiene suficiente"),
        "some": ("只有一部分", "has only some", "solo tiene una parte"),
        "left": ("可给 {count} 件", "{count} to give", "puede dar {count}"),
        "way": ("{km} 公里约 {minutes} 分钟", "{km} km, about {minutes} min", "{km} km, unos {minutes} min"),
        "way_minutes": ("路上约 {minutes} 分钟", "about {minutes} min away", "a unos {minutes} min"),
        "still": ("{days} 天没动过", "not moved for {days} days", "{days} días sin moverse"),
        "closes": ("{minutes} 分钟后打烊", "closes in {minutes} min", "cierra en {minutes} min"),
        "closed": ("现已打烊", "closed now", "cerrada ahora"),
        "way_unknown": ("距离未知", "distance unknown", "distancia desconocida"),
        "answers": ("平均 {minutes} 分钟答复", "answers in {minutes} min", "responde en {minutes} min"),
        "stale": (
            "⚠️台账已过期,不自动去问",
            "⚠️ its figure is stale, so it is not asked by itself",
            "⚠️ su cifra está caducada: no se le pregunta sola",
        ),
        "new_here": ("还没有答复记录", "no record of answers yet", "aún sin historial"),
        "load": ("手上 {count} 单", "{count} in hand", "{count} en curso"),
        "refuses": ("拒绝率 {share}%", "refuses {share}%", "rechaza {share}%"),
        "by_region": ("区域指派", "assigned by the region", "asignada por la zona"),
    },
)
texts.add(
    "transfer",
    {
        "form_title": ("申请调拨", "Ask for a part", "Pedir una pieza"),
        "part": ("配件", "Part", "Pieza"),
        "part_hint": ("例如:前大灯-左", "for example: headlamp left", "por ejemplo: faro izquierdo"),
        "quantity": ("数量", "Quantity", "Cantidad"),
        "quantity_hint": ("例如:1", "for example: 1", "por ejemplo: 1"),
        "urgency": ("多急", "How urgent", "Urgencia"),
        "matter": ("什么事", "What is the matter", "Qué ocurre"),
        "matter_hint": (
            "点选,或回复一句话,例如:客户在等",
            "Press one, or reply in words, for example: customer waiting",
            "Pulsa uno o responde, por ejemplo: cliente esperando",
        ),
        "send": ("发起", "Ask", "Pedir"),
        "rest_again_button": ("其余再找一家", "Ask others for the rest", "Pedir el resto a otros"),
        "loan_title": ("借用", "Borrow", "Pedir prestado"),
        "back": ("哪天归还", "Back on", "Devolución"),
        "back_hint": ("例如:11月30日", "for example: 30 Nov", "por ejemplo: 30 nov"),
        "bad_back": (
            "请写归还日期,例如:11月30日、明天、3天",
            "Write the day it is back, for example: 30 Nov, tomorrow, 3 days",
            "Escribe el día de devolución, por ejemplo: 30 nov, mañana, 3 días",
        ),
        "back_out_of_range": (
            "归还日期要在今天到 {days} 天之内,例如:11月30日",
            "It must be back between today and {days} days from now, for example: 30 Nov",
            "La devolución debe ser entre hoy y dentro de {days} días, por ejemplo: 30 nov",
        ),
        "lent": ("🔁 借用,{day} 前归还", "🔁 on loan, back by {day}", "🔁 préstamo, se devuelve el {day}"),
        "lent_back": ("🔁 借用({day}),已归还", "🔁 on loan ({day}), back again", "🔁 préstamo ({day}), devuelto"),
        "back_button": ("已收回 ×{count}", "Back again ×{count}", "Devuelto ×{count}"),
        "back_already": ("已经确认归还了。", "The return is confirmed already.", "La devolución ya está confirmada."),
        "back_tomorrow": (
            "🔁 {label} {brief}:明天要归还 {owner},请安排。",
            "🔁 {label} {brief}: back to {owner} tomorrow, please arrange it.",
            "🔁 {label} {brief}: mañana se devuelve a {owner}; organízalo.",
        ),
        "back_today": (
            "🔁 {label} {brief}:{store} 今天归还 {owner};{owner} 收到后请按「已收回」。",
            '🔁 {label} {brief}: {store} gives it back to {owner} today; {owner}, press "Back again" when you have it.',
            "🔁 {label} {brief}: {store} lo devuelve hoy a {owner}; {owner}, pulsa «Devuelto» al recibirlo.",
        ),
        "back_told": (
            "✅ {label} {brief}:{store} 已确认收回。",
            "✅ {label} {brief}: {store} has it back.",
            "✅ {label} {brief}: {store} confirma la devolución.",
        ),
        "ranking_title": ("可以问谁(按先后):", "Who would be asked, in order:", "A quién se preguntaría:"),
        "ranking_line": ("{rank}. {store}:{reasons}", "{rank}. {store}: {reasons}", "{rank}. {store}: {reasons}"),
        "ranking_none": (
            "附近没有可调的门店(已扣安全库存)。",
            "No store near has any to give (after safety stock).",
            "Ninguna tienda cercana puede dar (tras el stock de seguridad).",
        ),
        "ask_store_button": ("向 {store} 调拨", "Ask {store}", "Pedir a {store}"),
        "which_part": ("是哪个配件?", "Which part?", "¿Qué pieza?"),
        "not_urgent": (
            "按规则这还不算紧急({why})。怎么发?",
            "By the rules this is not urgent ({why}). How shall it go?",
            "Según las reglas no es urgente ({why}). ¿Cómo se envía?",
        ),
        "nobody_waits": ("没写客户在等", "no customer is waiting", "no espera ningún cliente"),
        "own_stock": ("贵店还有 {own} 件", "your store has {own}", "tu tienda tiene {own}"),
        "nobody_has_it": ("附近门店都没有", "no store near has it", "ninguna tienda cercana tiene"),
        "as_normal": ("按普通发", "As normal", "Como normal"),
        "as_today": ("今天内", "Today", "Hoy"),
        "as_urgent": ("仍按紧急(写理由)", "Urgent all the same (say why)", "Urgente igualmente (motivo)"),
        "override_title": ("为什么仍按紧急?", "Why urgent all the same?", "¿Por qué urgente igualmente?"),
        "opened": (
            "{label} 已发起,正在问 {asked}。",
            "{label} is open; {asked} is being asked.",
            "{label} abierta; se pregunta a {asked}.",
        ),
        "opened_unfilled": (
            "{label} 已发起,但现在没有门店可以问(没有货、不营业或没人在),已报区域经理。",
            "{label} is open, but no store can be asked now; the region manager is told.",
            "{label} abierta, pero ahora no se puede preguntar a ninguna tienda; se avisa a gerencia de zona.",
        ),
        "opened_already": (
            "刚才已经发起过了:{label}。",
            "That is open already: {label}.",
            "Ya está abierta: {label}.",
        ),
        "forward_accepted": (
            "您好,您需要的{part}已从{store}调货{way},预计 {eta} 前到店,到货马上为您安排。",
            "Hello, the {part} for your car is coming from {store}{way}; we expect it by {eta} and will start at once.",
            "Hola, su {part} viene de {store}{way}; lo esperamos antes de las {eta} y empezaremos enseguida.",
        ),
        "forward_shipped": (
            "您好,您需要的{part}已从{store}发出{way},预计 {eta} 前到店,到货马上为您安排。",
            "Hello, the {part} for your car has left {store}{way}; we expect it by {eta} and will start at once.",
            "Hola, su {part} ya salió de {store}{way}; lo esperamos antes de las {eta} y empezaremos enseguida.",
        ),
        "way_km": ("(约 {km} 公里)", " ({km} km away)", " (a {km} km)"),
        "rest_matter": ("{label} 的其余", "the rest of {label}", "el resto de {label}"),
        # Refusals
        "stores_only": (
            "只有门店可以申请调拨。",
            "Only a store can ask for a transfer.",
            "Solo una tienda puede pedir un traslado.",
        ),
        "unknown_part": (
            "没找到配件「{words}」。请写备件名称或编号,例如:/transfer 前大灯-左 x1 urgent 客户在等",
            'No part "{words}". Give its name or number, for example: /transfer headlamp x1 urgent customer waiting',
            "No hay pieza «{words}». Da su nombre o número, por ejemplo: /transfer faro x1 urgente cliente esperando",
        ),
        "stock_usage": (
            "请写配件,例如:/stock 前大灯-左",
            "Name a part, for example: /stock headlamp left",
            "Indica una pieza, por ejemplo: /stock faro izquierdo",
        ),
        "quantity_out_of_range": (
            "数量请写 1 到 9999 的整数,例如:x2",
            "Write a whole number from 1 to 9999, for example: x2",
            "Escribe un número entero de 1 a 9999, por ejemplo: x2",
        ),
        "two_quantities": (
            "写了两个数量,请只写一个,例如:x2",
            "There are two quantities; write one, for example: x2",
            "Hay dos cantidades; escribe una, por ejemplo: x2",
        ),
        "two_urgencies": (
            "写了两种紧急程度,请只写一个:急、今天或普通",
            "There are two urgencies; write one: urgent, today or normal",
            "Hay dos urgencias; escribe una: urgente, hoy o normal",
        ),
        "too_long": (
            "太长了,请在 400 字以内,例如:/transfer 前大灯-左 x1 urgent 客户在等",
            "Too long; keep it under 400 characters, for example: /transfer headlamp left x1 urgent customer waiting",
            "Demasiado largo; menos de 400 caracteres, por ejemplo: /transfer faro x1 urgente cliente esperando",
        ),
        "bad_urgency": (
            "请选择:急、今天或普通",
            "Choose urgent, today or normal",
            "Elige urgente, hoy o normal",
        ),
    },
)
texts.add(
    "help",
    {
        "transfer": ("向别的门店调配件", "Ask another store for a part", "Pedir una pieza a otra tienda"),
        "stock": (
            "查哪家门店有货;/stock set 前大灯-左 3 更新自己店的库存",
            "See which store has a part; /stock set headlamp left 3 says how many one's own has",
            "Ver qué tienda tiene una pieza; /stock set faro izquierdo 3 dice cuántas tiene la propia",
        ),
    },
)
texts.add(
    "example",
    {
        "transfer": (
            "/transfer 前大灯-左 x1 urgent 客户在等",
            "/transfer headlamp left x1 urgent customer waiting",
            "/transfer faro izquierdo x1 urgente cliente esperando",
        ),
        "stock": ("/stock 前大灯-左", "/stock headlamp left", "/stock faro izquierdo"),
    },
)
