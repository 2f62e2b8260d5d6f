"""The sentences of diversions, the three languages side by side."""

from handlers import texts

texts.add("kind", {"diversion": ("分流", "Diversion", "Desvío")})
texts.add(
    "step",
    {
        "contact": ("征求客户意见", "asking the customer", "consultar al cliente"),
        "call": ("致电客户", "calling the customer", "llamar al cliente"),
        "transport": ("安排接送和补偿", "the way and the compensation", "traslado y compensación"),
        "depart": ("客户出发", "departure", "salida"),
        "come": ("客户到店", "the customer's arrival", "llegada del cliente"),
        "serve": ("完成服务", "the work", "el trabajo"),
        "same_day": ("全程", "the whole", "total"),
        "complaint": ("处理投诉", "the complaint", "la queja"),
    },
)
texts.add(
    "event",
    {
        "consented": (
            "🙋 客户愿意去别的店({who})",
            "🙋 the customer agreed to go ({who})",
            "🙋 el cliente acepta ir a otra ({who})",
        ),
        "declined": (
            "客户选择在本店等({who})",
            "the customer chose to wait ({who})",
            "el cliente prefiere esperar ({who})",
        ),
        "reserved": (
            "🔧 {store} 留好工位,技师 {technician}",
            "🔧 {store} keeps a bay and technician {technician}",
            "🔧 {store} reserva puesto y técnico {technician}",
        ),
        "called_reached": (
            "📞 {store} 已联系上客户({who})",
            "📞 {store} reached the customer ({who})",
            "📞 {store} habló con el cliente ({who})",
        ),
        "called_not_reached": (
            "📞 {store} 没联系上客户:{reason}",
            "📞 {store} did not reach the customer: {reason}",
            "📞 {store} no localizó al cliente: {reason}",
        ),
        "transport_car": (
            "🚗 专车接送,补偿 {amount}({who})",
            "🚗 a car of ours, compensation {amount} ({who})",
            "🚗 coche nuestro, compensación {amount} ({who})",
        ),
        "transport_taxi": (
            "🚕 打车券,补偿 {amount}({who})",
            "🚕 taxi voucher, compensation {amount} ({who})",
            "🚕 vale de taxi, compensación {amount} ({who})",
        ),
        "transport_own": (
            "🚙 客户自驾,补偿 {amount}({who})",
            "🚙 drives himself, compensation {amount} ({who})",
            "🚙 va por su cuenta, compensación {amount} ({who})",
        ),
        "approval_asked": (
            "超过上限,等总部批准",
            "over the cap, HQ has to approve",
            "supera el tope, decide la central",
        ),
        "approved": ("总部已批准({who})", "HQ approved ({who})", "la central aprobó ({who})"),
        "not_approved": (
            "总部未批准:{reason}",
            "HQ did not approve: {reason}",
            "la central no aprobó: {reason}",
        ),
        "departed": (
            "🚗 客户已出发({who})",
            "🚗 the customer is on the way ({who})",
            "🚗 el cliente va en camino ({who})",
        ),
        "came": (
            "🏁 客户已到 {store}({who})",
            "🏁 the customer is at {store} ({who})",
            "🏁 el cliente está en {store} ({who})",
        ),
        "served": (
            "✅ {store} 已完成,满意度 {satisfaction}({who})",
            "✅ {store} is done, satisfaction {satisfaction} ({who})",
            "✅ {store} ha terminado, satisfacción {satisfaction} ({who})",
        ),
        "no_show": (
            "客户未到店,工位和技师已释放",
            "the customer did not come; bay and technician are free",
            "el cliente no vino; puesto y técnico quedan libres",
        ),
        "turned_back": (
            "客户中途返回({who}):{reason}",
            "the customer turned back ({who}): {reason}",
            "el cliente se volvió ({who}): {reason}",
        ),
        "complained": (
            "⚠️ 投诉({who}):{reason}",
            "⚠️ complaint ({who}): {reason}",
            "⚠️ queja ({who}): {reason}",
        ),
        "points_held": (
            "{store} 的 {points} 分暂扣",
            "{points} points of {store} held",
            "{points} puntos de {store} retenidos",
        ),
        "points_released": (
            "{store} 的 {points} 分恢复",
            "{points} points of {store} released",
            "{points} puntos de {store} devueltos",
        ),
        "complaint_upheld": (
            "投诉成立({who}):{reason}",
            "complaint upheld ({who}): {reason}",
            "queja aceptada ({who}): {reason}",
        ),
        "complaint_dismissed": (
            "投诉不成立({who}):{reason}",
            "complaint dismissed ({who}): {reason}",
            "queja rechazada ({who}): {reason}",
        ),
    },
)
texts.add(
    "why",
    {
        "bays": ("空 {count} 个工位", "{count} bays free", "{count} puestos libres"),
        "bay_free": ("有空工位", "a bay is free", "hay puesto libre"),
        "utilisation": ("利用率 {percent}%", "{percent} % booked", "{percent} % ocupado"),
        "bookings_unknown": ("今天未报预约数", "today's bookings not reported", "reservas de hoy sin comunicar"),
        "wait": ("到店约等 {minutes} 分钟", "about {minutes} min wait there", "unos {minutes} min de espera allí"),
    },
)
texts.add(
    "diversion",
    {
        "ask_store_button": ("分流到 {store}", "Divert to {store}", "Desviar a {store}"),
        "state_accepted": (
            "{store} 已留好工位和技师,等客户出发",
            "{store} keeps bay and technician, the customer has not left",
            "{store} reserva puesto y técnico, falta que el cliente salga",
        ),
        "state_departed": (
            "客户正在去 {store} 的路上",
            "the customer is on the way to {store}",
            "el cliente va camino de {store}",
        ),
        "state_arrived": ("客户已到 {store}", "the customer is at {store}", "el cliente está en {store}"),
        "state_done": ("{store} 已完成服务", "{store} has done the work", "{store} ha hecho el trabajo"),
        "author_accepted": (
            "✅ {label} {brief}:{store} 已留好工位和技师。请安排接送和补偿,再请客户出发。",
            "✅ {label} {brief}: {store} keeps bay and technician. Please arrange the way and the compensation.",
            "✅ {label} {brief}: {store} reserva puesto y técnico. Organiza el traslado y la compensación.",
        ),
        "author_arrived": (
            "🏁 {label} {brief}:客户已到 {store}。",
            "🏁 {label} {brief}: the customer has arrived at {store}.",
            "🏁 {label} {brief}: el cliente ha llegado a {store}.",
        ),
        "author_done": (
            "✅ {label} {brief}:{store} 已完成服务。",
            "✅ {label} {brief}: {store} has done the work.",
            "✅ {label} {brief}: {store} ha hecho el trabajo.",
        ),
        # The card
        "brief": ("{service}({vehicle})", "{service} ({vehicle})", "{service} ({vehicle})"),
        "what": ("{service} · {vehicle}", "{service} · {vehicle}", "{service} · {vehicle}"),
        "wait_here": ("在原店要等 {wait}", "would wait {wait} where they are", "en su tienda esperaría {wait}"),
        "matter": ("客户需求:{matter}", "Needs: {matter}", "Necesidades: {matter}"),
        "reserved": (
            "工位已留 · 技师 {technician} · 预计 {eta} 到店",
            "bay kept · technician {technician} · expected {eta}",
            "puesto reservado · técnico {technician} · llega {eta}",
        ),
        "paid": (
            "接送:{transport} · 补偿:{compensation} {amount}",
            "Way: {transport} · compensation: {compensation} {amount}",
            "Traslado: {transport} · compensación: {compensation} {amount}",
        ),
        "waits_for_hq": (" · 等总部批准", " · HQ has to approve", " · falta la central"),
        "refused_by_hq": (" · 总部未批准", " · not approved by HQ", " · no aprobado por la central"),
        "transport_car": ("专车", "car", "coche"),
        "transport_taxi": ("打车券", "taxi voucher", "vale de taxi"),
        "transport_own": ("客户自驾", "drives himself", "por su cuenta"),
        "compensation_voucher": ("服务券", "service voucher", "vale de servicio"),
        "compensation_cash": ("现金", "cash", "efectivo"),
        "call_reached": ("去电:已联系上客户", "Call: reached the customer", "Llamada: habló con el cliente"),
        "call_not_reached": (
            "去电:没联系上,{words}",
            "Call: not reached, {words}",
            "Llamada: no localizado, {words}",
        ),
        # Opening
        "form_title": ("申请分流", "Divert a customer", "Desviar a un cliente"),
        "service": ("做什么项目", "Which work", "Qué trabajo"),
        "service_hint": ("例如:保养", "for example: oil change", "por ejemplo: revisión"),
        "wait": ("本店预计要等多久", "How long would the customer wait", "Cuánto esperaría"),
        "wait_hint": ("例如:150分钟", "for example: 150 min", "por ejemplo: 150 min"),
        "vehicle": ("车型", "Vehicle", "Vehículo"),
        "vehicle_hint": ("例如:宝马X3", "for example: BMW X3", "por ejemplo: BMW X3"),
        "needs": ("客户需要什么", "What does the customer need", "Qué necesita el cliente"),
        "needs_hint": (
            "例如:代步车;没有就写 无",
            "for example: a loan car; none, if nothing",
            "por ejemplo: coche de cortesía; nada",
        ),
        "customer": ("客户(姓名 电话 车牌)", "Customer (name, phone, plate)", "Cliente (nombre, teléfono, matrícula)"),
        "customer_hint": (
            "例如:张先生 13800001234 粤B12345",
            "for example: Mr Lee +8613800001234",
            "por ejemplo: Sra Ruiz +34600000001",
        ),
        "send": ("发起", "Ask", "Pedir"),
        "opened": (
            "{label} 已登记,还没有问任何门店。请在 {due} 前征求客户意见:",
            "{label} is noted and nobody is asked yet. Please ask the customer by {due}:",
            "{label} anotado; aún no se pregunta a nadie. Consulta al cliente antes de {due}:",
        ),
        "near_title": ("有空工位的邻店:", "Stores near with a free bay:", "Tiendas cercanas con puesto libre:"),
        "near_line": (
            "{rank}. {store}:最早 {eta} 到 · {reasons}",
            "{rank}. {store}: there by {eta} · {reasons}",
            "{rank}. {store}: llegada {eta} · {reasons}",
        ),
        "near_none": (
            "附近现在没有门店有空工位。",
            "No store near has a free bay now.",
            "Ninguna tienda cercana tiene puesto libre.",
        ),
        "say_this": ("可以这样对客户说:", "You can say this to the customer:", "Puedes decirle al cliente:"),
        "script": (
            "您好,{service}在本店预计要等{wait}。附近的{store}现在有空工位,车程约{way},到店后约等{there}。"
            "您愿意过去的话,我们安排专车或打车券,并送您{amount}服务券。去或留都由您决定,在这里等也完全没问题。",
            "Hello, for the {service} you would wait {wait} here. {store} nearby has a free bay now: about {way} to "
            "drive and {there} to wait. If you like to go, we arrange a car or a taxi voucher and give you a service "
            "voucher of {amount}. It is your choice; waiting here is quite all right too.",
            "Hola, para {service} aquí esperaría {wait}. {store}, cerca, tiene un puesto libre: unos {way} de camino y "
            "{there} de espera. Si quiere ir, ponemos coche o vale de taxi y le damos un vale de servicio de {amount}. "
            "Usted decide; también puede esperar aquí sin problema.",
        ),
        "script_bay": (
            "您好,{service}在本店预计要等{wait}。附近的{store}今天有空工位,车程约{way}。"
            "您愿意过去的话,我们安排专车或打车券,并送您{amount}服务券。去或留都由您决定,在这里等也完全没问题。",
            "Hello, for the {service} you would wait {wait} here. {store} nearby has a bay free today, about {way} to "
            "drive. If you like to go, we arrange a car or a taxi voucher and give you a service voucher of {amount}. "
            "It is your choice; waiting here is quite all right too.",
            "Hola, para {service} aquí esperaría {wait}. {store}, cerca, tiene hoy un puesto libre, a unos {way} de "
            "camino. Si quiere ir, ponemos coche o vale de taxi y le damos un vale de servicio de {amount}. Usted "
            "decide; también puede esperar aquí sin problema.",
        ),
        "script_any": (
            "您好,{service}在本店预计要等{wait}。我们可以请邻店接待您:安排专车或打车券,并送您{amount}服务券。"
            "去或留都由您决定,在这里等也完全没问题。",
            "Hello, for the {service} you would wait {wait} here. We can ask a store nearby to take you: with a car "
            "or a taxi voucher, and a service voucher of {amount}. It is your choice; waiting here is all right too.",
            "Hola, para {service} aquí esperaría {wait}. Podemos pedir a otra tienda que le atienda: con coche o "
            "vale de taxi y un vale de servicio de {amount}. Usted decide; también puede esperar aquí sin problema.",
        ),
        "goes_button": ("客户愿意去", "The customer goes", "El cliente va"),
        "waits_button": ("客户愿意等", "The customer waits", "El cliente espera"),
        "asking": (
            "{label}:客户同意了,正在问 {asked}。",
            "{label}: the customer agreed; {asked} is asked.",
            "{label}: el cliente acepta; se pregunta a {asked}.",
        ),
        "asking_nobody": (
            "{label}:客户同意了,但现在没有门店有空工位,已报区域经理。",
            "{label}: the customer agreed, but no store has a free bay now; the region manager knows.",
            "{label}: el cliente acepta, pero no hay puesto libre; lo sabe gerencia de zona.",
        ),
        "not_by_rule": (
            "按规定不能分流:{why}。",
            "This is no diversion by the rules: {why}.",
            "No es un desvío según las reglas: {why}.",
        ),
        "short_wait": (
            "预计等待 {wait},没有超过 {least}",
            "a wait of {wait} is not over {least}",
            "una espera de {wait} no pasa de {least}",
        ),
        "no_bay_near": (
            "附近没有门店有空工位",
            "no store near has a free bay",
            "ninguna tienda cercana tiene puesto libre",
        ),
        "override_button": ("仍要分流(写理由)", "Divert all the same (say why)", "Desviar igualmente (motivo)"),
        "override_title": ("为什么仍要分流?", "Why divert all the same?", "¿Por qué desviar igualmente?"),
    },
)
texts.add(
    "help",
    {
        "divert": ("把要久等的客户分流到别的店", "Divert a customer who would wait long", "Desviar a un cliente"),
        "complaint": ("登记分流后的投诉", "Complaint about a diversion", "Queja sobre un desvío"),
        "resolve": ("裁定投诉(区域)", "Decide a complaint (region)", "Decidir una queja (zona)"),
    },
)
texts.add(
    "example",
    {
        "divert": (
            "/divert 保养 等待150分钟 宝马X3 需要代步车",
            "/divert oil change wait 150 min, BMW X3, needs a loan car",
            "/divert revisión espera 150 min, BMW X3, necesita coche",
        ),
        "complaint": (
            "/complaint D-0001 保养后机油灯亮",
            "/complaint D-0001 oil lamp on",
            "/complaint D-0001 testigo de aceite",
        ),
        "resolve": (
            "/resolve D-0001 不成立 灯亮与保养无关",
            "/resolve D-0001 dismissed lamp was on before",
            "/resolve D-0001 rechazada ya estaba encendido",
        ),
    },
)
