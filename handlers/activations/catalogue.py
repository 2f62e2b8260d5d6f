"""The sentences of dead stock and its activation, the three languages side by side."""

from handlers import texts

texts.add("kind", {"activation": ("呆滞盘活", "Activation", "Activación")})
texts.add(
    "help",
    {
        "activate": (
            "把呆滞库存调给缺货的门店",
            "Move dead stock to a store that runs short of it",
            "Mover existencias inmovilizadas a una tienda que las necesita",
        ),
        "dead": (
            "本店的呆滞库存:多少、值多少、可以给谁",
            "What lies dead in a store, its value, and where it could go",
            "Qué está inmovilizado en una tienda, su valor y adónde puede ir",
        ),
    },
)
texts.add(
    "example",
    {
        "activate": (
            "/activate 前大灯-左 x2 SZ02",
            "/activate headlamp left x2 SZ02",
            "/activate faro izquierdo x2 SZ02",
        ),
        "dead": ("/dead", "/dead", "/dead"),
    },
)
texts.add(
    "why",
    {
        "ran_short": (
            "{days} 天内缺过 {count} 次",
            "short of it {count} times in {days} days",
            "le faltó {count} veces en {days} días",
        ),
        "ran_out": ("已用完", "has run out", "se quedó sin ella"),
        "picked": ("对方选定", "picked by who gives", "elegida por quien da"),
    },
)
texts.add(
    "activation",
    {
        "direction": (
            "↗️ 呆滞件外调:发起门店发货,同意的门店收货",
            "↗️ Dead stock goes out: who asks ships, who accepts receives",
            "↗️ Sale lo inmovilizado: envía quien lo ofrece, recibe quien acepta",
        ),
        "quantity": ("数量", "Quantity", "Cantidad"),
        "matter_unmoved": (
            "呆滞盘活:{days} 天没动过",
            "Dead stock: not moved for {days} days",
            "Inmovilizado: {days} días sin moverse",
        ),
        "matter_too_much": (
            "呆滞盘活:够本店用 {days} 天",
            "Dead stock: lasts the store {days} days",
            "Inmovilizado: a la tienda le dura {days} días",
        ),
        "matter_offered": (
            "呆滞盘活:本店用不上",
            "Dead stock: the store has no use for it",
            "Inmovilizado: la tienda no lo usa",
        ),
        "state_accepted": (
            "{store} 同意接收,等发货",
            "{store} takes it, waiting for shipping",
            "{store} lo acepta, falta el envío",
        ),
        "state_shipped": (
            "已发往 {store},等收货",
            "on its way to {store}, waiting for receipt",
            "en camino a {store}, falta la recepción",
        ),
        "state_received": ("已收货,待补录单据", "received, record to be made", "recibido, falta el registro"),
        "author_accepted": (
            "✅ {label} {brief}:{store} 同意接收,请安排发货,发出后按「已发出」。",
            '✅ {label} {brief}: {store} takes it. Please ship it, and press "Shipped" then.',
            "✅ {label} {brief}: {store} lo acepta. Envíalo y pulsa «Enviado».",
        ),
        "author_received": (
            "📦 {label} {brief}:{store} 已确认收货,盘活完成。",
            "📦 {label} {brief}: {store} has it; the dead stock is activated.",
            "📦 {label} {brief}: {store} lo ha recibido; existencias activadas.",
        ),
        "coming": (
            "🚚 {label} {brief}:{store} 已发出,收到后请按「已收到」。",
            '🚚 {label} {brief}: {store} has shipped it; press "Received" when you have it.',
            "🚚 {label} {brief}: {store} lo ha enviado; pulsa «Recibido» cuando llegue.",
        ),
        # Asking
        "form_title": ("盘活呆滞库存", "Move dead stock away", "Mover existencias inmovilizadas"),
        "part": ("配件", "Part", "Pieza"),
        "part_hint": ("例如:前大灯-左", "for example: headlamp left", "por ejemplo: faro izquierdo"),
        "which_part": ("是哪个配件?", "Which part?", "¿Qué pieza?"),
        "quantity_hint": ("例如:2", "for example: 2", "por ejemplo: 2"),
        "store": ("给哪家门店", "To which store", "A qué tienda"),
        "store_hint": (
            "门店编码,例如:SZ02;不写就先问最缺的门店",
            "its code, for example: SZ02; left out, whoever is shortest of it is asked first",
            "su código, por ejemplo: SZ02; sin él, se pregunta primero a quien más le falta",
        ),
        "send": ("发起", "Ask", "Pedir"),
        "opened": (
            "{label} 已发起,正在问 {asked}:{reasons}",
            "{label} is open; {asked} is being asked: {reasons}",
            "{label} abierta; se pregunta a {asked}: {reasons}",
        ),
        "opened_unfilled": (
            "{label} 已发起,但现在没有门店可以问(没人在),已报区域经理。",
            "{label} is open, but no store can be asked now; the region manager is told.",
            "{label} abierta, pero ahora no se puede preguntar a ninguna tienda; se avisa a gerencia de zona.",
        ),
        "stores_only": (
            "只有门店可以盘活自己的库存。",
            "Only a store can move its own stock away.",
            "Solo una tienda puede mover sus existencias.",
        ),
        "unknown_part": (
            "没找到配件「{words}」。请写备件名称或编号,例如:/activate 前大灯-左 x2 SZ02",
            'No part "{words}". Give its name or number, for example: /activate headlamp left x2 SZ02',
            "No hay pieza «{words}». Da su nombre o número, por ejemplo: /activate faro izquierdo x2 SZ02",
        ),
        "bad_quantity": (
            "数量请写整数,例如:x2",
            "Give a whole number, for example: x2",
            "Indica un número entero, por ejemplo: x2",
        ),
        "too_many": (
            "本店可给的只有 {left} 件(登记库存减去已答应的)。请改数量,例如:x1",
            "Your store has {left} to give (its stock less what is promised). Give a smaller number, for example: x1",
            "Tu tienda puede dar {left} (existencias menos lo prometido). Pon una cantidad menor, por ejemplo: x1",
        ),
        "nothing_left": (
            "本店没有可给的 {part}(登记库存减去已答应的)。有的话先更新库存,例如:/stock set {part} 3",
            "Your store has no {part} to give (its stock less what is promised). If it has, say so first, for example: "
            "/stock set {part} 3",
            "Tu tienda no tiene {part} que dar (existencias menos lo prometido). Si lo tiene, dilo antes, por ejemplo: "
            "/stock set {part} 3",
        ),
        "nobody_short": (
            "附近没有门店缺 {part}。要问某一家请写明,例如:/activate 前大灯-左 x2 SZ02",
            "No store near runs short of {part}. Name one to ask it all the same, for example: "
            "/activate headlamp left x2 SZ02",
            "A ninguna tienda cercana le falta {part}. Indica una para preguntarle igualmente, por ejemplo: "
            "/activate faro izquierdo x2 SZ02",
        ),
        "unknown_store": (
            "没有门店「{words}」。请写门店编码或名称,例如:SZ02",
            'No store "{words}". Give its code or name, for example: SZ02',
            "No hay tienda «{words}». Indica su código o nombre, por ejemplo: SZ02",
        ),
        "own_store": (
            "这是本店,请写要给的门店,例如:SZ02",
            "That is your own store. Name the one it goes to, for example: SZ02",
            "Es tu propia tienda. Indica la que lo recibe, por ejemplo: SZ02",
        ),
        "open_already": (
            "这个配件已经在盘活:{label}。",
            "This part is on its way out already: {label}.",
            "Esta pieza ya se está moviendo: {label}.",
        ),
        "moved_since": (
            "这期间情况变了,不用再盘活;现在的清单请发 /dead。",
            "Things have changed since: nothing to move any more. For the list as it is now, send /dead.",
            "La situación ha cambiado: ya no hay nada que mover. La lista actual: /dead.",
        ),
        # What lies dead
        "list_title": (
            "{store} 呆滞库存:{parts} 种 {pieces} 件",
            "Dead stock of {store}: {parts} parts, {pieces} pieces",
            "Inmovilizado en {store}: {parts} piezas distintas, {pieces} unidades",
        ),
        "list_none": (
            "{store} 没有呆滞库存。",
            "Nothing lies dead in {store}.",
            "No hay nada inmovilizado en {store}.",
        ),
        "worth": (",值 {amount}", ", worth {amount}", ", valor {amount}"),
        "unpriced": ("(另有 {count} 件没有单价)", " ({count} more without a price)", " ({count} más sin precio)"),
        "line": ("· {part} ×{count}:{why}", "· {part} ×{count}: {why}", "· {part} ×{count}: {why}"),
        "why_unmoved": ("{days} 天没动", "not moved for {days} days", "{days} días sin moverse"),
        "why_too_much": ("够用 {days} 天", "lasts {days} days", "dura {days} días"),
        "goes_to": (
            "　→ {store} ×{count}:{reasons}",
            "　→ {store} ×{count}: {reasons}",
            "　→ {store} ×{count}: {reasons}",
        ),
        "goes_nowhere": (
            "　附近没有门店缺货",
            "　no store near runs short of it",
            "　a ninguna tienda cercana le falta",
        ),
        "more": ("……还有 {count} 种", "… and {count} parts more", "… y {count} piezas más"),
        "weeks": ("近几周:", "Week by week:", "Semana a semana:"),
        "week": ("{day} {pieces} 件{worth}", "{day}: {pieces} pieces{worth}", "{day}: {pieces} unidades{worth}"),
        "button": ("给 {store}:{part} ×{count}", "To {store}: {part} ×{count}", "A {store}: {part} ×{count}"),
        "suggestion": (
            "💤 {store} 有呆滞库存,别的门店正缺。点一下就发起盘活,对方收货后本店得 {points} 分:",
            "💤 {store} has dead stock that others run short of. One tap offers it; your store earns {points} points "
            "once it has arrived:",
            "💤 {store} tiene existencias inmovilizadas que faltan a otras. Un toque las ofrece; la tienda gana "
            "{points} puntos cuando lleguen:",
        ),
        "which_store": (
            "请写门店,例如:/dead SZ01",
            "Name a store, for example: /dead SZ01",
            "Indica una tienda, por ejemplo: /dead SZ01",
        ),
        "not_your_store": (
            "只能看本店或所管区域门店的呆滞库存。",
            "You see the dead stock of your own store or region only.",
            "Solo ves lo inmovilizado de tu tienda o tu zona.",
        ),
    },
)
