"""The sentences of supports, the three languages side by side."""

from handlers import texts

texts.add("kind", {"support": ("支援", "Support", "Apoyo")})
texts.add(
    "step",
    {
        "agree": ("确认时间、费用、交通", "time, cost and travel", "hora, coste y viaje"),
        "agree_host": ("发起店确认时间、费用、交通", "time, cost and travel (host)", "hora, coste y viaje (anfitrión)"),
        "prepare": ("行前准备", "preparation", "preparación"),
        "prepare_host": ("发起店准备", "preparation (host)", "preparación (anfitrión)"),
        "arrive": ("技师到店", "arrival", "llegada"),
        "work": ("完工", "the work", "el trabajo"),
        "visit": ("全程", "the whole", "total"),
    },
)
texts.add(
    "why",
    {
        "technician": ("{name} {level}", "{name} {level}", "{name} {level}"),
        "free_then": ("那时有空", "free then", "libre entonces"),
        "subsidy": ("补贴 {amount}", "subsidy {amount}", "ayuda {amount}"),
        "lent": ("近期已外援 {count} 次", "lent {count} times lately", "cedido {count} veces últimamente"),
    },
)
texts.add(
    "agreed",
    {
        "time": ("时间", "time", "hora"),
        "cost": ("费用", "cost", "coste"),
        "travel": ("交通", "travel", "viaje"),
    },
)
texts.add(
    "checklist",
    {
        "work_order": ("工单", "work order", "orden de trabajo"),
        "parts": ("配件", "parts", "piezas"),
        "tools": ("工具", "tools", "herramientas"),
        "travel": ("交通", "travel", "viaje"),
        "lodging": ("住宿", "lodging", "alojamiento"),
    },
)
texts.add(
    "event",
    {
        "agreed": (
            "{store} 确认:{items}({who})",
            "{store} confirmed {items} ({who})",
            "{store} confirmó {items} ({who})",
        ),
        "confirmed": (
            "🤝 双方已确认,{technician} 已预约",
            "🤝 both confirmed, {technician} is booked",
            "🤝 confirmado por ambos, {technician} reservado",
        ),
        "checklist": ("📋 行前清单已发", "📋 checklist posted", "📋 lista enviada"),
        "ticked": ("☑ {items}({who})", "☑ {items} ({who})", "☑ {items} ({who})"),
        "expert_arrived": (
            "📍 {technician} 已到店({who})",
            "📍 {technician} is there ({who})",
            "📍 {technician} ha llegado ({who})",
        ),
        "work_done": ("🔧 已完工({who})", "🔧 done ({who})", "🔧 terminado ({who})"),
        "subsidy": ("补贴 {amount} → {technician}", "subsidy {amount} → {technician}", "ayuda {amount} → {technician}"),
    },
)
texts.add(
    "support",
    {
        "ask_store_button": (
            "请 {store} {technician} 支援",
            "Ask {store}: {technician}",
            "Pedir a {store}: {technician}",
        ),
        "state_accepted": (
            "{store} 已同意,双方确认时间、费用、交通",
            "{store} accepted; both confirm time, cost and travel",
            "{store} aceptó; ambos confirman hora, coste y viaje",
        ),
        "state_confirmed": ("已约定,等技师到店", "agreed, the technician will come", "acordado, vendrá el técnico"),
        "state_arrived": ("技师已到店,正在处理", "the technician is at work", "el técnico está trabajando"),
        "state_done": ("已完工,待登记结果", "done, result to be recorded", "terminado, falta el registro"),
        "author_confirmed": (
            "🤝 {label} {brief}:双方已确认,{store} 的技师按时到店。",
            "🤝 {label} {brief}: agreed; the technician of {store} will come.",
            "🤝 {label} {brief}: acordado; vendrá el técnico de {store}.",
        ),
        "what": ("{specialty} · {level} 及以上", "{specialty} · {level} or higher", "{specialty} · {level} o más"),
        "when": ("📅 {since} – {until}", "📅 {since} – {until}", "📅 {since} – {until}"),
        "expert": (
            "👨‍🔧 {technician} {level} · {way} · 补贴 {amount}(总部付)",
            "👨‍🔧 {technician} {level} · {way} · subsidy {amount} (HQ pays)",
            "👨‍🔧 {technician} {level} · {way} · ayuda {amount} (paga la central)",
        ),
        "way": ("约 {km} 公里", "about {km} km", "unos {km} km"),
        "way_unknown": ("距离未知", "distance unknown", "distancia desconocida"),
        "list_line": ("{store}:{items}", "{store}: {items}", "{store}: {items}"),
        "agreeing": ("待确认", "To confirm", "Por confirmar"),
        "list": ("行前清单", "Checklist", "Lista"),
        "was_there": (
            "到店 {arrived} · 完工 {done}",
            "arrived {arrived} · done {done}",
            "llegó {arrived} · terminó {done}",
        ),
        "result": (
            "故障{solved} · 工时 {hours} · 客户满意 {satisfaction}/10",
            "fault {solved} · {hours} of work · customer {satisfaction}/10",
            "avería {solved} · {hours} de trabajo · cliente {satisfaction}/10",
        ),
        "solved_yes": ("已解决", "solved", "resuelta"),
        "solved_no": ("未解决", "not solved", "sin resolver"),
        "ratings": (
            "互评:{giver} 得 {to_giver} · {host} 得 {to_host}",
            "Ratings: {giver} got {to_giver} · {host} got {to_host}",
            "Notas: {giver} {to_giver} · {host} {to_host}",
        ),
        "brief": ("{specialty} {level} · {when}", "{specialty} {level} · {when}", "{specialty} {level} · {when}"),
        # The form
        "form_title": ("申请技师支援", "Ask for a technician", "Pedir un técnico"),
        "change_specialty": ("专长", "Specialty", "Especialidad"),
        "change_level": ("级别", "Level", "Nivel"),
        "change_time": ("时间", "Time", "Hora"),
        "specialty": ("什么专长", "Which specialty", "Qué especialidad"),
        "specialty_hint": (
            "点选,或回复专长,例如:三电故障",
            "Press one, or reply, for example: EV fault",
            "Pulsa una o responde, por ejemplo: alta tensión",
        ),
        "level": ("至少什么级别", "At least which level", "Nivel mínimo"),
        "day": ("哪一天", "Which day", "Qué día"),
        "day_hint": (
            "例如:11月27日下午,或 周五 9:00-12:00",
            "for example: 27 Nov afternoon, or Friday 9:00-12:00",
            "por ejemplo: 27 nov tarde, o viernes 9:00-12:00",
        ),
        "time": ("什么时间(不填为全天)", "What time (empty: the whole day)", "A qué hora (vacío: todo el día)"),
        "time_hint": (
            "点选,或回复时间,例如:14:00 或 9:00-12:00",
            "Press one, or reply, for example: 14:00 or 9:00-12:00",
            "Pulsa una o responde, por ejemplo: 14:00 o 9:00-12:00",
        ),
        "morning": ("上午", "Morning", "Mañana"),
        "afternoon": ("下午", "Afternoon", "Tarde"),
        "all_day": ("全天", "All day", "Todo el día"),
        "matter": ("什么问题", "What is wrong", "Qué ocurre"),
        "matter_hint": (
            "一句话,例如:高压互锁报警,客户车在店",
            "In a sentence, for example: HV interlock alarm, customer's car is here",
            "En una frase, por ejemplo: alarma de interlock, el coche está aquí",
        ),
        "send": ("发起", "Ask", "Pedir"),
        "opened": (
            "{label} 已发起,正在问 {asked}。",
            "{label} is open; {asked} is being asked.",
            "{label} abierta; se pregunta a {asked}.",
        ),
        "opened_urgent": (
            "不到{lead}提前量,按紧急处理,总部已知。",
            "Less than {lead} ahead: marked urgent, HQ knows.",
            "Con menos de {lead}: urgente, la central lo sabe.",
        ),
        "opened_unfilled": (
            "{label} 已发起,但没有合适的技师(专长、级别、空档或地图过期),已报区域经理。",
            "{label} is open, but no technician fits (specialty, level, time, old map); the region manager is told.",
            "{label} abierta, pero ningún técnico encaja (especialidad, nivel, hora, mapa viejo); se avisa a gerencia.",
        ),
        "ranking_title": ("可以请谁(按先后):", "Who can come, in order:", "Quién puede venir, en orden:"),
        "ranking_line": ("{rank}. {store}:{reasons}", "{rank}. {store}: {reasons}", "{rank}. {store}: {reasons}"),
        "hq_told": (
            "🔴 {label} {brief}:{store} 申请的支援不到{lead}提前量,已按紧急发出。原因:{matter}",
            "🔴 {label} {brief}: {store} asks with less than {lead} ahead; it went out as urgent. Why: {matter}",
            "🔴 {label} {brief}: {store} pide con menos de {lead}; va como urgente. Motivo: {matter}",
        ),
        # Agreeing
        "agree_all_button": ("{store}:三项都确认", "{store}: all three", "{store}: los tres"),
        "agree_each_button": ("逐项确认", "One by one", "Uno a uno"),
        "agree_each": ("{label}:请逐项确认", "{label}: confirm one by one", "{label}: confirma uno a uno"),
        "agree_button": ("只确认{item}", "Only {item}", "Solo {item}"),
        "agree_now": (
            "🤝 {label} {brief}:{store} 派 {technician}。请店长在 {due} 前确认时间、费用、交通。",
            "🤝 {label} {brief}: {store} sends {technician}. The manager confirms time, cost and travel by {due}.",
            "🤝 {label} {brief}: {store} envía a {technician}. Gerencia confirma hora, coste y viaje antes de {due}.",
        ),
        "agreed_noted": ("已确认:{items}", "Confirmed: {items}", "Confirmado: {items}"),
        "agreed_already": ("这些已经确认过了。", "That is confirmed already.", "Eso ya está confirmado."),
        # Preparing
        "checklist_posted": (
            "📋 {label} {brief}:请在 {due} 前准备好:{items}",
            "📋 {label} {brief}: please have ready by {due}: {items}",
            "📋 {label} {brief}: ten listo antes de {due}: {items}",
        ),
        "tick_button": ("☐ {item}", "☐ {item}", "☐ {item}"),
        "ticked_noted": ("已勾选:{item}", "Ticked: {item}", "Marcado: {item}"),
        "not_posted": (
            "清单 {when} 才发,届时再勾选。",
            "The checklist is posted {when}; tick it then.",
            "La lista se envía {when}; márcala entonces.",
        ),
        # The day
        "evening": (
            "🧰 明天的支援:{label} {brief}\n去 {store},{when} 到。{matter}",
            "🧰 Your support tomorrow: {label} {brief}\nAt {store}, be there {when}. {matter}",
            "🧰 Tu apoyo de mañana: {label} {brief}\nEn {store}, a las {when}. {matter}",
        ),
        "booked_soon": (
            "🧰 已安排您支援:{label} {brief}\n去 {store},{when} 到。{matter}",
            "🧰 You are booked for a support: {label} {brief}\nAt {store}, be there {when}. {matter}",
            "🧰 Tienes un apoyo: {label} {brief}\nEn {store}, a las {when}. {matter}",
        ),
        "called_off": (
            "ℹ️ 支援取消:{label} {brief},不用去了。",
            "ℹ️ Called off: {label} {brief}; you need not go.",
            "ℹ️ Cancelado: {label} {brief}; no hace falta ir.",
        ),
        "late_told": (
            "⏰ {label} {brief}:{technician} 应 {when} 到,已超过 {late} 未确认到店。到了请按「技师已到店」。",
            "⏰ {label} {brief}: {technician} was due {when}, over {late} ago. Press below once there is an arrival.",
            "⏰ {label} {brief}: {technician} debía llegar {when}, hace {late}. Si ya está, púlsalo abajo.",
        ),
        "arrived_button": ("技师已到店", "The technician is here", "El técnico está aquí"),
        "done_button": ("已完工", "Done", "Terminado"),
        "not_the_day": (
            "还没到支援那天({when}),到店当天再按。",
            "It is not the day yet ({when}); press it on the day.",
            "Aún no es el día ({when}); púlsalo ese día.",
        ),
        "no_arrival": (
            "发起门店还没确认技师到店,不能完工。请对方先按「技师已到店」。",
            "The host has not confirmed the arrival, so it cannot be done yet. Ask them to press the arrival first.",
            "La tienda anfitriona no ha confirmado la llegada; aún no puede terminar. Pídeles que la confirmen.",
        ),
        # The record
        "record_button": ("登记结果", "Record the result", "Registrar el resultado"),
        "record_prompt": (
            "📋 {label} 已完工。请在 {due} 前登记:故障是否解决、工时、客户满意度。",
            "📋 {label} is done. By {due} please record: fault solved or not, hours, the customer's satisfaction.",
            "📋 {label} terminado. Antes de {due} registra: avería resuelta o no, horas y satisfacción del cliente.",
        ),
        "record_title": ("登记支援结果", "The result of the support", "Resultado del apoyo"),
        "solved_field": ("故障解决了吗", "Was the fault solved", "¿Se resolvió la avería?"),
        "hours_field": ("工时(小时)", "Hours of work", "Horas de trabajo"),
        "hours_hint": ("例如:2.5", "for example: 2.5", "por ejemplo: 2.5"),
        "satisfaction_field": ("客户满意度 1–10", "The customer's satisfaction 1–10", "Satisfacción del cliente 1–10"),
        "satisfaction_hint": ("例如:9", "for example: 9", "por ejemplo: 9"),
        "recorded": (
            "{label} 已登记:{result}。补贴 {amount} 由总部付给 {technician}。",
            "{label} is recorded: {result}. HQ pays {technician} the subsidy of {amount}.",
            "{label} registrado: {result}. La central paga a {technician} la ayuda de {amount}.",
        ),
        # Rating each other
        "rate_prompt": (
            "⭐ {label} {brief}:请给 {store} 打分(1–10)。双方都打完或 {hours} 后才公开。",
            "⭐ {label} {brief}: please rate {store} (1–10). It is shown once both have, or after {hours}.",
            "⭐ {label} {brief}: puntúa a {store} (1–10). Se muestra cuando ambos lo hagan o tras {hours}.",
        ),
        "rated": (
            "已记下 {score} 分,公开前可以改。",
            "Noted: {score}. You can change it until it is shown.",
            "Anotado: {score}. Puedes cambiarlo hasta que se muestre.",
        ),
        "rated_both": (
            "已记下 {score} 分,双方都打完了,已公开。",
            "Noted: {score}. Both have rated, so both are shown.",
            "Anotado: {score}. Ambos han puntuado y ya se muestra.",
        ),
        "rated_shown": (
            "互评已经公开,不能再改。",
            "The ratings are shown already and stay as they are.",
            "Las notas ya se mostraron y no cambian.",
        ),
        "ratings_shown": (
            "⭐ {label} {brief}\n{ratings}",
            "⭐ {label} {brief}\n{ratings}",
            "⭐ {label} {brief}\n{ratings}",
        ),
        "not_rated": ("未打分", "none", "sin nota"),
        # Visits
        "visits_title": ("🧰 支援安排", "🧰 Visits", "🧰 Visitas"),
        "visits_none": (
            "没有支援安排。需要技师时:/support 三电故障 T3 周五下午 高压互锁报警",
            "No visits. To ask for a technician: /support EV fault T3 Friday afternoon HV interlock alarm",
            "Sin visitas. Para pedir un técnico: /soporte alta tensión T3 viernes tarde alarma de interlock",
        ),
        "visit_line": (
            "{when} {technician}:{giver} → {host}",
            "{when} {technician}: {giver} → {host}",
            "{when} {technician}: {giver} → {host}",
        ),
        # The customer
        "forward_accepted": (
            "您好,已为您约到{store}的{level}级专家,时间 {when},确认后马上通知您。",
            "Hello, a {level} expert of {store} is to see your car {when}; we will confirm shortly.",
            "Hola, un experto {level} de {store} vería su coche {when}; se lo confirmamos enseguida.",
        ),
        "forward_confirmed": (
            "您好,{store}的{level}级专家{way}将于 {when} 到店为您处理,请放心。",
            "Hello, the {level} expert of {store}{way} will be here {when} to see to your car.",
            "Hola, el experto {level} de {store}{way} llegará {when} para ocuparse de su coche.",
        ),
        "forward_arrived": (
            "您好,{level}级专家已到店,正在处理您的车,{when} 前后完成。",
            "Hello, the {level} expert has arrived and is working on your car; we expect to finish about {when}.",
            "Hola, el experto {level} ha llegado y trabaja en su coche; terminará hacia las {when}.",
        ),
        "way_km": ("(距离约 {km} 公里)", " ({km} km away)", " (a {km} km)"),
        # Refusals
        "stores_only": (
            "只有门店可以申请支援。",
            "Only a store can ask for a support.",
            "Solo una tienda puede pedir apoyo.",
        ),
        "no_such_day": (
            "没有这一天,请写例如:11月27日下午",
            "There is no such day; write for example: 27 Nov afternoon",
            "No existe ese día; escribe por ejemplo: 27 nov tarde",
        ),
        "no_such_time": (
            "没有这个时间,请写例如:14:00 或 9:00-12:00",
            "There is no such time; write for example: 14:00 or 9:00-12:00",
            "No existe esa hora; escribe por ejemplo: 14:00 o 9:00-12:00",
        ),
        "bad_day": (
            "没看懂哪一天,请写例如:11月27日、周五 或 明天",
            "Which day is that? Write for example: 27 Nov, Friday or tomorrow",
            "¿Qué día es? Escribe por ejemplo: 27 nov, viernes o mañana",
        ),
        "need_time": (
            "还缺时间,请写例如:下午、14:00 或 9:00-12:00",
            "The time is missing; write for example: afternoon, 14:00 or 9:00-12:00",
            "Falta la hora; escribe por ejemplo: tarde, 14:00 o 9:00-12:00",
        ),
        "past": (
            "{when} 已经过了,请写以后的时间,例如:明天下午",
            "{when} has passed; write a later time, for example: tomorrow afternoon",
            "{when} ya pasó; escribe otra hora, por ejemplo: mañana por la tarde",
        ),
        "too_far": (
            "{when} 太远了,最多提前 {days} 天,请写近一点的日子,例如:下周三上午",
            "{when} is too far; at most {days} days ahead, for example: next Wednesday morning",
            "{when} está muy lejos; como máximo {days} días, por ejemplo: próximo miércoles",
        ),
        "bad_level": (
            "级别只有 T1、T2、T3,请写其中一个,例如:T2",
            "The levels are T1, T2 and T3; write one, for example: T2",
            "Los niveles son T1, T2 y T3; escribe uno, por ejemplo: T2",
        ),
        "technician_gone": (
            "贵店的技师那时已被别的请求占用,不能再同意了。",
            "Your technician has been taken for that time by another request.",
            "Tu técnico ya está ocupado a esa hora por otra petición.",
        ),
        "bad_hours": (
            "工时请写 0.5 到 {most} 的小时数,例如:2.5",
            "Give the hours from 0.5 to {most}, for example: 2.5",
            "Indica las horas de 0.5 a {most}, por ejemplo: 2.5",
        ),
        "cost_by_itself": (
            "补贴在完工时自动入账,不用另填。金额不对由财务或总部先冲正再重记,例如:/reverse M-12 距离算错",
            "The subsidy is entered by itself when the work is done. If it is wrong, finance or HQ takes it back and"
            " enters it anew, for example: /reverse M-12 wrong distance",
            "La ayuda se apunta sola al terminar el trabajo. Si está mal, finanzas o la central la anula y la anota de"
            " nuevo, por ejemplo: /reverse M-12 distancia errónea",
        ),
        "cost_near": (
            "近距离的支援没有差旅和住宿费。",
            "There is no travel or lodging for a near visit.",
            "No hay viaje ni alojamiento para una visita cercana.",
        ),
        "cost_nobody": (
            "还没有技师接单,不能填费用。",
            "Nobody has taken it yet, so there is no cost.",
            "Nadie la ha tomado aún; no hay costes.",
        ),
    },
)
texts.add(
    "help",
    {
        "support": ("请别的门店派技师支援", "Ask another store for a technician", "Pedir un técnico a otra tienda"),
        "visits": ("技师支援安排", "The technicians' visits to come", "Visitas de los técnicos"),
    },
)
texts.add(
    "example",
    {
        "support": (
            "/support 三电故障 T3 11月27日下午 高压互锁报警,客户车在店",
            "/support EV fault T3 27 Nov afternoon HV interlock alarm, customer's car is here",
            "/soporte alta tensión T3 27 nov tarde alarma de interlock, el coche está aquí",
        ),
        "visits": ("/visits", "/visits", "/visitas"),
    },
)
