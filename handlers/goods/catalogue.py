"""The sentences of goods on their way, the three languages side by side."""

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
        "substituted": (
            "⚠️ 用替代件 {sent}:{reason}",
            "⚠️ substitute {sent} sent: {reason}",
            "⚠️ se envía el sustituto {sent}: {reason}",
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
texts.add(
    "goods",
    {
        "counts": (
            "同意 {accepted} · 已发 {shipped} · 已收 {received}",
            "accepted {accepted} · shipped {shipped} · received {received}",
            "aceptadas {accepted} · enviadas {shipped} · recibidas {received}",
        ),
        "lost": ("差异:{difference}", "Difference: {difference}", "Diferencia: {difference}"),
        "courier": ("物流:{courier}", "Carrier: {courier}", "Transporte: {courier}"),
        "eta": ("预计 {eta} 到", "expected {eta}", "llega {eta}"),
        "shipped_button": ("已发出", "Shipped", "Enviado"),
        "details_button": ("填快递/单号/到达", "Carrier, waybill, ETA", "Transporte y llegada"),
        "received_button": ("已收到 ×{count}", "Received ×{count}", "Recibido ×{count}"),
        "differs_button": ("数量/质量不符", "Something differs", "Algo no coincide"),
        "rest_button": ("其余不要了", "Cancel the rest", "Cancelar el resto"),
        "details_title": ("发货信息", "Shipping", "Envío"),
        "courier_field": ("快递/车辆", "Carrier", "Transporte"),
        "waybill_field": ("运单号", "Waybill", "Albarán"),
        "eta_field": ("预计多久到", "Arrives in", "Llega en"),
        "eta_hint": ("例如:30m", "for example: 30m", "por ejemplo: 30m"),
        "differs_title": ("收货差异", "What differs", "Qué no coincide"),
        "good_field": ("完好收到几件", "How many arrived in order", "Cuántas llegaron bien"),
        "difference_field": ("差异原因", "What is wrong", "Qué ocurre"),
        "words_field": ("说明", "In words", "Detalles"),
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
        "recorded_already": (
            "{label} 的运费已经补录了;追加的费用请用 /cost。",
            "The freight of {label} is recorded already; for more use /cost.",
            "El flete de {label} ya está registrado; para más usa /cost.",
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
        "what": ("{part} ×{count}", "{part} ×{count}", "{part} ×{count}"),
    },
)
texts.add(
    "help",
    {
        "freight": ("补录运费和单号", "Record freight and waybill", "Registrar flete y albarán"),
    },
)
texts.add(
    "example",
    {
        "freight": ("/freight T-0001 50 SF123", "/freight T-0001 50 SF123", "/freight T-0001 50 SF123"),
    },
)
