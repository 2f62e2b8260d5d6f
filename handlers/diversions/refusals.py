"""The sentences of a diversion under way and of what is refused, the three languages side by side."""

from handlers import texts

texts.add(
    "diversion",
    {
        # Doing
        "technician_title": ("哪位技师来做?", "Which technician does it?", "¿Qué técnico lo hace?"),
        "technician": ("技师", "Technician", "Técnico"),
        "technician_hint": (
            "贵店在技师表上没有人,请写姓名,例如:刘洋",
            "Your store has nobody on the map; write the name, for example: Li Wei",
            "Tu tienda no tiene a nadie en el mapa; escribe el nombre, por ejemplo: Ana Ruiz",
        ),
        "reached_button": ("📞 已联系上客户", "📞 Reached the customer", "📞 Hablé con el cliente"),
        "not_reached_button": ("没联系上", "Not reached", "No localizado"),
        "not_reached_title": (
            "没联系上,接下来怎么办?",
            "Not reached: what happens now?",
            "No localizado: ¿qué se hará?",
        ),
        "transport_button": ("安排接送和补偿", "Way and compensation", "Traslado y compensación"),
        "change_button": ("改接送/补偿", "Change way or compensation", "Cambiar traslado o compensación"),
        "depart_button": ("客户已出发", "The customer has left", "El cliente ha salido"),
        "arrive_button": ("客户已到店", "The customer is here", "El cliente está aquí"),
        "back_button": ("客户不来了", "The customer does not come", "El cliente no viene"),
        "back_title": ("客户为什么不来了?", "Why does the customer not come?", "¿Por qué no viene el cliente?"),
        "serve_button": ("已完成", "Done", "Terminado"),
        "record_button": ("补录", "Make the record", "Registrar"),
        "transport_title": ("接送和补偿", "Way and compensation", "Traslado y compensación"),
        "transport_field": ("客户怎么过去", "How does the customer get there", "Cómo va el cliente"),
        "compensation_field": ("补偿", "Compensation", "Compensación"),
        "compensation_hint": (
            "点选,或直接回复,例如:服务券 300",
            "Press one, or reply, for example: voucher 300",
            "Pulsa uno o responde, por ejemplo: vale 300",
        ),
        "amount_field": ("补偿金额(不填按标准)", "Amount (empty: the usual)", "Importe (vacío: lo usual)"),
        "fare_field": ("交通费用(不填按标准)", "Fare (empty: the usual)", "Transporte (vacío: lo usual)"),
        "serve_title": ("分流完成", "The work is done", "Trabajo terminado"),
        "satisfaction_field": ("客户满意度(1–10)", "Satisfaction (1–10)", "Satisfacción (1–10)"),
        "satisfaction_hint": ("例如:9", "for example: 9", "por ejemplo: 9"),
        "kept_field": ("客户留住了吗", "Was the customer kept", "¿Se conservó al cliente?"),
        "result_field": ("结果说明", "The result in words", "Resultado"),
        "record_title": ("分流补录", "The record", "Registro"),
        "work_field": ("维修金额", "Worth of the work", "Importe del trabajo"),
        "work_hint": ("例如:1280;没有就写 0", "for example: 1280; 0 if nothing", "por ejemplo: 1280; 0 si nada"),
        "reference_field": ("券号/票据号", "Voucher or receipt number", "Número de vale o recibo"),
        "transport_noted": (
            "已记录,可以请客户出发。",
            "Noted; the customer can leave.",
            "Anotado; el cliente puede salir.",
        ),
        "approval_needed": (
            "已记录;超过上限,总部批准后客户才能出发。",
            "Noted; it is over the cap, so HQ approves before the customer leaves.",
            "Anotado; supera el tope: la central aprueba antes de salir.",
        ),
        "approval_asked": (
            "🧾 {label} {brief}:{store} 申请 {transport}、{compensation} {amount},超过上限({caps})。请批准。",
            "🧾 {label} {brief}: {store} wants {transport} and {compensation} {amount}, over the cap ({caps}). Decide.",
            "🧾 {label} {brief}: {store} pide {transport} y {compensation} {amount}, sobre el tope ({caps}). Decide.",
        ),
        "approve_button": ("批准", "Approve", "Aprobar"),
        "not_approve_button": ("不批准", "Do not approve", "No aprobar"),
        "not_approve_title": ("为什么不批准?", "Why not?", "¿Por qué no?"),
        "approval_told": (
            "✅ {label} {brief}:总部已批准,可以请客户出发。",
            "✅ {label} {brief}: HQ approved; the customer can leave.",
            "✅ {label} {brief}: la central aprobó; el cliente puede salir.",
        ),
        "no_approval_told": (
            "❌ {label} {brief}:总部未批准({reason})。请改补偿后再出发。",
            "❌ {label} {brief}: HQ did not approve ({reason}). Change the compensation first.",
            "❌ {label} {brief}: la central no aprobó ({reason}). Cambia antes la compensación.",
        ),
        "no_show_told": (
            "ℹ️ {label} {brief}:客户没有到店,工位和技师已释放,不计分。",
            "ℹ️ {label} {brief}: the customer did not come; bay and technician are free, no points.",
            "ℹ️ {label} {brief}: el cliente no vino; puesto y técnico libres, sin puntos.",
        ),
        "back_told": (
            "ℹ️ {label} {brief}:客户不来了({reason}),工位和技师已释放。",
            "ℹ️ {label} {brief}: the customer does not come ({reason}); bay and technician are free.",
            "ℹ️ {label} {brief}: el cliente no viene ({reason}); puesto y técnico libres.",
        ),
        "record_prompt": (
            "🧾 {label}:请在 {due} 前补录维修金额和券号。",
            "🧾 {label}: please record the worth of the work and the voucher number by {due}.",
            "🧾 {label}: registra el importe y el número de vale antes de {due}.",
        ),
        "complaint_told": (
            "⚠️ {label} {brief}:{who} 投诉:{reason}。{store} 的积分已暂扣,请裁定。",
            "⚠️ {label} {brief}: complaint by {who}: {reason}. The points of {store} are held; please decide.",
            "⚠️ {label} {brief}: queja de {who}: {reason}. Los puntos de {store} quedan retenidos; decide.",
        ),
        "complaint_noted": (
            "{label} 已重新打开,{store} 的积分暂扣,区域经理会裁定。",
            "{label} is open again; the points of {store} are held and the region decides.",
            "{label} se reabre; los puntos de {store} quedan retenidos y decide la zona.",
        ),
        "uphold_button": ("投诉成立", "Uphold", "Aceptar la queja"),
        "dismiss_button": ("投诉不成立", "Dismiss", "Rechazar la queja"),
        "resolve_title": ("裁定的理由?", "The reason of the decision?", "¿Motivo de la decisión?"),
        "resolved_told_upheld": (
            "⚖️ {label} {brief}:投诉成立({reason}),积分不恢复。",
            "⚖️ {label} {brief}: the complaint is upheld ({reason}); the points stay back.",
            "⚖️ {label} {brief}: queja aceptada ({reason}); los puntos no vuelven.",
        ),
        "resolved_told_dismissed": (
            "⚖️ {label} {brief}:投诉不成立({reason}),积分已恢复。",
            "⚖️ {label} {brief}: the complaint is dismissed ({reason}); the points are back.",
            "⚖️ {label} {brief}: queja rechazada ({reason}); los puntos vuelven.",
        ),
        # Refusals
        "stores_only": (
            "只有门店的人可以发起分流。",
            "Only people of a store can divert a customer.",
            "Solo puede hacerlo alguien de una tienda.",
        ),
        "two_waits": (
            "写了两个等待时间,请只写一个。例如:/divert 保养 等待150分钟 宝马X3 需要代步车",
            "There are two waits; write one. For example: /divert oil change wait 150 min, BMW X3, needs a loan car",
            "Hay dos esperas; escribe una. Por ejemplo: /divert revisión espera 150 min, BMW X3, necesita coche",
        ),
        "too_long": (
            "写得太长了,请简短一些。例如:/divert 保养 等待150分钟 宝马X3 需要代步车",
            "That is too long. For example: /divert oil change wait 150 min, BMW X3, needs a loan car",
            "Es demasiado largo. Por ejemplo: /divert revisión espera 150 min, BMW X3, necesita coche",
        ),
        "bad_wait": (
            "请写要等多久,最多 {most},例如:150分钟",
            "Say how long the wait is, at most {most}, for example: 150 min",
            "Indica la espera, como mucho {most}, por ejemplo: 150 min",
        ),
        "open_already": (
            "这位客户已有分流 {label},一位客户同时只有一单。若是另一位客户,请写上电话或车牌,例如:粤B12345",
            "This customer has the diversion {label} already. For another one add a phone, for example: +8613800001234",
            "Este cliente ya tiene el desvío {label}. Si es otro, añade el teléfono, por ejemplo: +34600000001",
        ),
        "no_bay": (
            "{store} 今天的工位已满。请先更新产能表,或回复:不行,原因是工位已满",
            "{store} has no free bay today. Update the capacity table first, or reply: No, because the bays are full",
            "{store} no tiene puesto libre hoy. Actualiza la tabla o responde: No, porque no hay puestos",
        ),
        "no_technician": (
            "{store} 那个时段没有空闲技师,不能接。请回复:不行,原因是人手不足",
            "No technician of {store} is free then. Please reply: No, because no hands are free",
            "En {store} no hay técnico libre a esa hora. Responde: No, porque falta personal",
        ),
        "technician_taken": (
            "{technician} 那个时段已有安排,请换一位。",
            "{technician} is taken at that time; please choose another.",
            "{technician} está ocupado a esa hora; elige otro.",
        ),
        "technician_name": (
            "请写技师姓名,例如:刘洋",
            "Please write the technician's name, for example: Li Wei",
            "Escribe el nombre del técnico, por ejemplo: Ana Ruiz",
        ),
        "assign_no_technician": (
            "{store} 在技师表上没有技师,不能直接指派;请店长自己点「可以」并写技师姓名。",
            "{store} has nobody on the technicians' map; its manager has to accept and name one.",
            "{store} no tiene técnicos en el mapa; su gerente debe aceptar y nombrar uno.",
        ),
        "record_transport_first": (
            "请先点「安排接送和补偿」,登记后客户才能出发。",
            'Press "Way and compensation" first; then the customer can leave.',
            "Pulsa antes «Traslado y compensación»; después puede salir el cliente.",
        ),
        "wait_for_hq": (
            "补偿超过上限,等总部批准后客户才能出发。",
            "The compensation is over the cap: HQ has to approve before the customer leaves.",
            "La compensación supera el tope: la central debe aprobar antes de salir.",
        ),
        "change_first": (
            "总部没有批准这个金额,请先改补偿。",
            "HQ did not approve this amount; please change it first.",
            "La central no aprobó este importe; cámbialo antes.",
        ),
        "bad_amount": (
            "请写金额,例如:200",
            "Please write an amount, for example: 200",
            "Escribe un importe, por ejemplo: 200",
        ),
        "bad_compensation": (
            "请写补偿方式和金额,例如:服务券 300",
            "Please write what and how much, for example: voucher 300",
            "Escribe qué y cuánto, por ejemplo: vale 300",
        ),
        "call_first": (
            "请先填写致电客户的结果(「已联系上客户」或「没联系上」),再补录。",
            'Say first what came of the call ("Reached the customer" or "Not reached"), then make the record.',
            "Indica antes el resultado de la llamada («Hablé con el cliente» o «No localizado») y luego registra.",
        ),
        "nothing_pending": (
            "这笔补偿已经处理过了。",
            "This compensation has been decided already.",
            "Esta compensación ya está decidida.",
        ),
        "recorded_already": ("已经补录过了。", "The record has been made already.", "Ya está registrado."),
        "diversions_only": (
            "这里只能写分流的编号,例如:D-0001",
            "Give the number of a diversion, for example: D-0001",
            "Indica el número de un desvío, por ejemplo: D-0001",
        ),
        "complaint_usage": (
            "请写投诉内容,例如:/complaint D-0001 保养后机油灯亮",
            "Say what is wrong, for example: /complaint D-0001 oil lamp on after the change",
            "Explica el problema, por ejemplo: /complaint D-0001 testigo de aceite encendido",
        ),
        "complaint_not_yours": (
            "只有两家门店和区域可以登记投诉。",
            "Only the two stores and the region can bring a complaint.",
            "Solo pueden presentar una queja las dos tiendas y la zona.",
        ),
        "complaint_too_late": (
            "已超过 {within},不能再登记投诉。",
            "More than {within} have passed; a complaint is not possible any more.",
            "Han pasado más de {within}; ya no se admite una queja.",
        ),
        "complaint_open": (
            "已有一件投诉在处理。",
            "There is an open complaint already.",
            "Ya hay una queja abierta.",
        ),
        "no_complaint": ("没有待裁定的投诉。", "There is no open complaint.", "No hay ninguna queja abierta."),
        "resolve_usage": (
            "请写成立或不成立和理由,例如:/resolve D-0001 不成立 灯亮与保养无关",
            "Say upheld or dismissed and why, for example: /resolve D-0001 dismissed lamp was on before",
            "Indica aceptada o rechazada y el motivo, por ejemplo: /resolve D-0001 rechazada ya estaba encendido",
        ),
        "cost_by_itself": (
            "补偿和交通费用自动入账,不用手工登记。金额不对由财务或总部先冲正再重记,例如:/reverse M-12 实付180元",
            "Compensation and fare are entered by themselves. If one is wrong, finance or HQ takes it back and enters"
            " it anew, for example: /reverse M-12 180 was paid",
            "La compensación y el transporte se anotan solos. Si algo está mal, finanzas o la central lo anula y lo"
            " anota de nuevo, por ejemplo: /reverse M-12 se pagaron 180",
        ),
        "forward_accepted": (
            "{store}已为您留好工位和技师{way},预计{eta}到店。",
            "{store} keeps a bay and a technician for you{way}; you are expected there at {eta}.",
            "{store} le reserva puesto y técnico{way}; le esperan a las {eta}.",
        ),
        "forward_departed": (
            "您正在去{store}的路上{way},预计{eta}到店,那边已准备好接待您。",
            "You are on the way to {store}{way}, expected at {eta}; they are ready for you.",
            "Va camino de {store}{way}; llegada prevista {eta}; le están esperando.",
        ),
        "forward_arrived": (
            "您已到{store},技师{technician}正在为您的车服务。",
            "You are at {store}; technician {technician} takes care of your car.",
            "Está en {store}; el técnico {technician} atiende su coche.",
        ),
        "way_km": (",距离约{km}公里", ", about {km} km away", ", a unos {km} km"),
    },
)
