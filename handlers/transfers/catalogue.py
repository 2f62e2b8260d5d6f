"""The sentences of transfers, the three languages side by side."""

from handlers import texts

texts.add(
    "event",
    {
        "shipped": (
            "🚚 {store} 已发出 {quantity} 件({who})",
            "🚚 {store} shipped {quantity} ({who})",
            "🚚 {store} envió {quantity} ({who})",
        ),
        "received": (
            "📦 {store} 已收到 {quantity}/{asked}({who})",
            "📦 {store} received {quantity}/{asked} ({who})",
            "📦 {store} recibió {quantity}/{asked} ({who})",
        ),
        "rest_cancelled": (
            "其余 {quantity} 件取消:{reason}",
            "the other {quantity} cancelled: {reason}",
            "las otras {quantity} canceladas: {reason}",
        ),
    },
)
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
texts.add(
    "difference",
    {
        "short": ("少发", "Short", "Faltan"),
        "damaged": ("损坏", "Damaged", "Dañado"),
        "wrong": ("发错", "Wrong part", "Pieza equivocada"),
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
        "substituted": (
            "⚠️ 用替代件 {sent}:{reason}",
            "⚠️ substitute {sent} sent: {reason}",
            "⚠️ se envía el sustituto {sent}: {reason}",
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
        "what": ("{part} ×{count}", "{part} ×{count}", "{part} ×{count}"),
        "counts": (
            "同意 {accepted} · 已发 {shipped} · 已收 {received}",
            "accepted {accepted} · shipped {shipped} · received {received}",
            "aceptadas {accepted} · enviadas {shipped} · recibidas {received}",
        ),
        "lost": ("差异:{difference}", "Difference: {difference}", "Diferencia: {difference}"),
        "courier": ("物流:{courier}", "Carrier: {courier}", "Transporte: {courier}"),
        "eta": ("预计 {eta} 到", "expected {eta}", "llega {eta}"),
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
        "shipped_button": ("已发出", "Shipped", "Enviado"),
        "details_button": ("填快递/单号/到达", "Carrier, waybill, ETA", "Transporte y llegada"),
        "received_button": ("已收到 ×{count}", "Received ×{count}", "Recibido ×{count}"),
        "differs_button": ("数量/质量不符", "Something differs", "Algo no coincide"),
        "rest_button": ("其余不要了", "Cancel the rest", "Cancelar el resto"),
        "rest_again_button": ("其余再找一家", "Ask others for the rest", "Pedir el resto a otros"),
        "details_title": ("发货信息", "Shipping", "Envío"),
        "courier_field": ("快递/车辆", "Carrier", "Transporte"),
        "waybill_field": ("运单号", "Waybill", "Albarán"),
        "eta_field": ("预计多久到", "Arrives in", "Llega en"),
        "eta_hint": ("例如:30m", "for example: 30m", "por ejemplo: 30m"),
        "differs_title": ("收货差异", "What differs", "Qué no coincide"),
        "good_field": ("完好收到几件", "How many arrived in order", "Cuántas llegaron bien"),
        "difference_field": ("差异原因", "What is wrong", "Qué ocurre"),
        "words_field": ("说明", "In words", "Detalles"),
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
        "recorded_already": (
            "{label} 的运费已经补录了;追加的费用请用 /cost。",
            "The freight of {label} is recorded already; for more use /cost.",
            "El flete de {label} ya está registrado; para más usa /cost.",
        ),
        "substitute": (
            "⚠️ 替代件 {sent}(原 {part}):{reason}",
            "⚠️ substitute {sent} (for {part}): {reason}",
            "⚠️ sustituto {sent} (por {part}): {reason}",
        ),
        "part_field": ("发出的件号", "Part number sent", "Referencia enviada"),
        "instead_field": ("用替代件的原因", "Why a substitute", "Motivo del sustituto"),
        "other_part": (
            "要的是 {wanted},您写的是 {sent},没有记为已发。写错了请改;"
            "确实用替代件请写原因,例如:已发 替代 {sent} 原厂停产",
            "{wanted} was asked for, you wrote {sent}: not noted as shipped. Correct it, or say why it is a "
            "substitute, for example: shipped substitute {sent} original discontinued",
            "Se pidió {wanted} y escribiste {sent}: no se anotó el envío. Corrígelo o explica el sustituto, por "
            "ejemplo: enviado sustituto {sent} original descatalogado",
        ),
        "rest_title": ("其余为什么不要了?", "Why cancel the rest?", "¿Por qué cancelar el resto?"),
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
        "difference_told": (
            "⚠️ {label} {part}:{store} 收到 {received}/{shipped},{difference}。",
            "⚠️ {label} {part}: {store} received {received} of {shipped}; {difference}.",
            "⚠️ {label} {part}: {store} recibió {received} de {shipped}; {difference}.",
        ),
        "rest_told": (
            "ℹ️ {label} {part}:{store} 取消其余 {count} 件({reason}),以 {received}/{asked} 结束。",
            "ℹ️ {label} {part}: {store} cancelled the other {count} ({reason}); closed {received}/{asked}.",
            "ℹ️ {label} {part}: {store} canceló las otras {count} ({reason}); cierra {received}/{asked}.",
        ),
        "record_prompt": (
            "📋 {label} 已收货。请在 {due} 前补录运费和单号,例如:/freight {label} 50 SF123",
            "📋 {label} was received. Record freight and waybill by {due}, for example: /freight {label} 50 SF123",
            "📋 {label} se recibió. Registra flete y albarán antes de {due}, por ejemplo: /freight {label} 50 SF123",
        ),
        "recorded": (
            "{label} 已补录:运费 {amount},总部承担。",
            "{label} is recorded: freight {amount}, paid by HQ.",
            "{label} registrada: flete {amount}, lo paga la central.",
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
        "nothing_coming": (
            "没有在途的货:发出的都已收到。",
            "Nothing is on its way: all that was sent has arrived.",
            "No hay nada en camino: todo lo enviado ya llegó.",
        ),
        "nothing_to_cancel": (
            "没有可以取消的:已发出的货不能取消,收到后再登记。",
            "There is nothing to cancel: what is on its way is noted when it arrives.",
            "No hay nada que cancelar: lo que va en camino se anota al llegar.",
        ),
        "partly_received": (
            "已经收到一部分,不能整单退回。剩下的请发起门店按「其余不要了」,再另找门店。",
            'Some of it has arrived already. The store that asked can press "Cancel the rest" and ask others.',
            "Ya llegó una parte. La tienda que pidió puede cancelar el resto y pedirlo a otras.",
        ),
        "bad_received": (
            "完好收到的数量请写 0 到 {most} 的整数。",
            "Give how many arrived in order: a whole number from 0 to {most}.",
            "Indica cuántas llegaron bien: un entero de 0 a {most}.",
        ),
        "bad_eta": (
            "预计多久到请写时长,例如:30m 或 2h",
            "Say how long it takes, for example: 30m or 2h",
            "Indica cuánto tarda, por ejemplo: 30m o 2h",
        ),
        "bad_freight": (
            "请写运费和单号,例如:/freight T-0001 50 SF123",
            "Write the freight and the waybill, for example: /freight T-0001 50 SF123",
            "Escribe el flete y el albarán, por ejemplo: /freight T-0001 50 SF123",
        ),
        "freight_first": (
            "运费请和单号一起补录,例如:/freight T-0001 50 SF123;补录之后的追加运费再用 /cost。",
            "Record the freight with its waybill, for example: /freight T-0001 50 SF123; /cost is for more after that.",
            "Registra el flete con su albarán, por ejemplo: /freight T-0001 50 SF123; /cost es para lo de después.",
        ),
        "not_bookkeeper": (
            "运费由双方门店、财务或总部补录。",
            "Freight is recorded by the two stores, finance or HQ.",
            "El flete lo registran las dos tiendas, finanzas o la central.",
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
        "freight": ("补录运费和单号", "Record freight and waybill", "Registrar flete y albarán"),
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
        "freight": ("/freight T-0001 50 SF123", "/freight T-0001 50 SF123", "/freight T-0001 50 SF123"),
    },
)
