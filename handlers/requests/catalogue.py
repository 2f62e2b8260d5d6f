"""The sentences of every request, the three languages side by side."""

from handlers import texts

texts.add(
    "urgency",
    {
        "urgent": ("🔴 紧急", "🔴 urgent", "🔴 urgente"),
        "today": ("🟡 今天", "🟡 today", "🟡 hoy"),
        "normal": ("⚪ 普通", "⚪ normal", "⚪ normal"),
    },
)
texts.add(
    "step",
    {
        "seen": ("看到请求", "seen", "visto"),
        "answer": ("答复", "answer", "respuesta"),
        "ship": ("发货", "shipping", "envío"),
        "receive": ("确认收货", "receipt", "recepción"),
        "record": ("补录", "record", "registro"),
        "deliver": ("全程", "the whole", "total"),
    },
)
texts.add(
    "next",
    {
        "region": ("上报区域经理", "the region manager hears", "se avisa a gerencia de zona"),
        "hq": ("上报总部", "HQ hears", "se avisa a la central"),
        "finance": ("通知财务", "finance hears", "se avisa a finanzas"),
        "author": ("通知发起人", "the requester hears", "se avisa a quien pide"),
        "next_store": ("转问下一家店", "the next store is asked", "se pregunta a otra tienda"),
        "close": ("自动关闭", "it is closed", "se cierra"),
    },
)
texts.add(
    "target",
    {
        "store": ("门店", "the store", "la tienda"),
        "region": ("区域经理", "the region manager", "gerente de zona"),
        "hq": ("总部", "HQ", "la central"),
        "finance": ("财务", "finance", "finanzas"),
        "author": ("发起人", "the requester", "quien pide"),
    },
)
texts.add(
    "matter",
    {
        "waiting": ("客户在等", "customer waiting", "cliente esperando"),
        "booked": ("客户已约", "customer booked", "cliente con cita"),
        "restock": ("补库存", "restock", "reposición"),
    },
)
texts.add(
    "refusal",
    {
        "no_stock": ("库存不足", "No stock", "Sin stock"),
        "reserved": ("已预订", "Reserved", "Reservado"),
        "no_hands": ("人手不足", "No hands free", "Sin personal"),
        "no_need": ("用不上", "No use for it", "No hace falta"),
        "other": ("其他原因", "Another reason", "Otro motivo"),
    },
)
texts.add(
    "event",
    {
        "opened": ("{store} 发起({who})", "{store} asked ({who})", "{store} pidió ({who})"),
        "asked": ("已询问 {store}", "{store} is asked", "se preguntó a {store}"),
        "skipped": ("跳过 {store}:{why}", "{store} passed over: {why}", "{store} omitida: {why}"),
        "seen": ("{store} 已看到({who})", "{store} has seen it ({who})", "{store} lo ha visto ({who})"),
        "accepted": ("✅ {store} 同意({who})", "✅ {store} accepted ({who})", "✅ {store} aceptó ({who})"),
        "assigned": (
            "{who} 指派 {store}",
            "{who} assigned {store}",
            "{who} asignó a {store}",
        ),
        "refused": (
            "❌ {store} 不行:{reason}",
            "❌ {store} refused: {reason}",
            "❌ {store} rechazó: {reason}",
        ),
        "expired": (
            "{store} 未按时答复",
            "{store} did not answer in time",
            "{store} no respondió a tiempo",
        ),
        "unfilled": ("无店可接", "nobody is left to ask", "no queda a quién preguntar"),
        "breached": (
            "⏰ {store} 超时:{step}",
            "⏰ {store} late: {step}",
            "⏰ {store} tarde: {step}",
        ),
        "broken": (
            "⚠️ {store} 无法交付:{reason}",
            "⚠️ {store} cannot deliver: {reason}",
            "⚠️ {store} no puede entregar: {reason}",
        ),
        "withdrawn": ("已撤回({who}):{reason}", "withdrawn ({who}): {reason}", "retirada ({who}): {reason}"),
        "closed": ("已关闭({who}):{reason}", "closed ({who}): {reason}", "cerrada ({who}): {reason}"),
        "credited": ("{store} +{points} 分", "points: {store} +{points}", "puntos: {store} +{points}"),
        "escalated": ("已上报{target}", "told: {target}", "avisado: {target}"),
        "extended": (
            "{step} 延长 {by}({who}):{reason}",
            "{step} extended by {by} ({who}): {reason}",
            "{step} ampliado {by} ({who}): {reason}",
        ),
        "recorded": ("🧾 已补录({who})", "🧾 recorded ({who})", "🧾 registrado ({who})"),
        "kept": ("客户是否留住:{kept}", "customer kept: {kept}", "cliente conservado: {kept}"),
        "progress": (
            "客户进度第 {number} 次:{answer}",
            "line to the customer no. {number}: {answer}",
            "aviso al cliente n.º {number}: {answer}",
        ),
        "carried": ("转到明天:{reason}", "carried over: {reason}", "pasa a mañana: {reason}"),
        "closed_now": ("现在不营业", "closed now", "cerrada ahora"),
        "stale_now": ("台账已过期", "its figures are stale", "sus cifras están caducadas"),
        "taken_now": ("刚被别的请求占用", "just taken by another request", "recién ocupado por otra petición"),
        "nobody_there": ("店长都不在", "nobody is there", "no hay nadie"),
    },
)
texts.add(
    "request",
    {
        "asked_by": ("{store} → {asked}", "{store} → {asked}", "{store} → {asked}"),
        "nobody_yet": ("待定", "nobody yet", "nadie aún"),
        "matter": ("原因:{matter}", "Why: {matter}", "Motivo: {matter}"),
        "override": ("特批:{reason}", "By exception: {reason}", "Por excepción: {reason}"),
        "state": ("状态:{state}", "State: {state}", "Estado: {state}"),
        "asking_pending": (
            "等 {store} 看到并答复",
            "waiting for {store} to see it and answer",
            "esperando a que {store} lo vea y responda",
        ),
        "asking_seen": (
            "{store} 已看到,等答复",
            "{store} has seen it, waiting for the answer",
            "{store} lo ha visto, falta la respuesta",
        ),
        "recorded": ("✅ 完成", "✅ done", "✅ hecho"),
        "consenting": ("等客户决定", "waiting for the customer's choice", "falta que el cliente decida"),
        "declined": ("客户选择继续等", "the customer chose to wait", "el cliente prefirió esperar"),
        "withdrawn": ("已撤回", "withdrawn", "retirada"),
        "unfilled": (
            "无店可接,已报区域经理",
            "nobody can help, the region manager knows",
            "nadie puede ayudar, lo sabe gerencia de zona",
        ),
        "closed": ("已关闭", "closed", "cerrada"),
        "clock": (
            "⏱ {step}:{due} 前 · 全程 {cap} 前",
            "⏱ {step} by {due} · the whole by {cap}",
            "⏱ {step} antes de {due} · total antes de {cap}",
        ),
        "clock_late": (
            "⏱ {step}:{due} 已超时 · 全程 {cap} 前",
            "⏱ {step} was due {due} · the whole by {cap}",
            "⏱ {step} venció {due} · total antes de {cap}",
        ),
        "clock_after": ("⏱ {step}:{due} 前", "⏱ {step} by {due}", "⏱ {step} antes de {due}"),
        "clock_record": (
            "⏱ 补录:{due} 前",
            "⏱ record by {due}",
            "⏱ registro antes de {due}",
        ),
        "next": ("下一步:{at} {target}", "Next: {at} {target}", "Después: {at} {target}"),
        "seen_button": ("收到", "Seen", "Visto"),
        "accept_button": ("可以", "Accept", "Aceptar"),
        "part_button": ("只能给一部分", "Only some", "Solo una parte"),
        "refuse_button": ("不行", "Refuse", "Rechazar"),
        "withdraw_button": ("撤回", "Withdraw", "Retirar"),
        "cannot_button": ("无法交付", "Cannot deliver", "No puedo entregar"),
        "show_button": ("查看 {label}", "Show {label}", "Ver {label}"),
        "why_you": ("为什么问您:{reasons}", "Why you: {reasons}", "Por qué tú: {reasons}"),
        "answer_hint": (
            "也可直接回复:收到,可以 / 收到,不行,原因是…",
            "Or reply in words: OK / No, because …",
            "O responde con texto: Sí / No, porque …",
        ),
        "past": (
            "{label} {brief}:现在不用您处理了({state})。",
            "{label} {brief}: nothing to do for you now ({state}).",
            "{label} {brief}: ya no tienes nada que hacer ({state}).",
        ),
        "refuse_title": ("为什么不行?", "Why not?", "¿Por qué no?"),
        "reason": ("原因", "Reason", "Motivo"),
        "reason_words": ("请写明原因", "Say why in words", "Explica el motivo"),
        "bad_satisfaction": (
            "满意度请写 1 到 10 的整数,例如:9",
            "Give a whole number from 1 to 10, for example: 9",
            "Indica un número entero de 1 a 10, por ejemplo: 9",
        ),
        "cannot_title": ("为什么无法交付?", "Why can it not be delivered?", "¿Por qué no se puede entregar?"),
        "part_title": ("能给多少?", "How many can you give?", "¿Cuántas puedes dar?"),
        "quantity": ("数量", "Quantity", "Cantidad"),
        "send": ("发送", "Send", "Enviar"),
        "nudge": (
            "⏳ {label} {brief}:「{step}」时限 {due},还剩 {left}。",
            '⏳ {label} {brief}: "{step}" is due {due}, {left} left.',
            "⏳ {label} {brief}: «{step}» vence {due}, quedan {left}.",
        ),
        "snooze_button": ("跳过下次提醒", "Skip the next reminder", "Omitir el próximo aviso"),
        "snoozed": (
            "好的,下次提醒跳过;到时限仍会通知。",
            "All right, the next reminder is skipped; the limit itself is still told.",
            "De acuerdo, se omite el próximo aviso; el límite se avisará igualmente.",
        ),
        "late": (
            "⏰ {label} {brief}:「{step}」已到时限({due}),请马上处理。",
            '⏰ {label} {brief}: "{step}" was due {due}; please see to it now.',
            "⏰ {label} {brief}: «{step}» venció {due}; atiéndelo ahora.",
        ),
        "late_card": ("⏰ 请马上处理:{people}", "⏰ Please see to it now: {people}", "⏰ Atiéndelo ahora: {people}"),
        "escalation": (
            "📣 {label} {brief}:{store}「{step}」超时({due})。",
            '📣 {label} {brief}: {store} is late with "{step}" (due {due}).',
            "📣 {label} {brief}: {store} va tarde con «{step}» (vencía {due}).",
        ),
        "escalation_unfilled": (
            "📣 {label} {brief}:没有门店可以接,请处理。",
            "📣 {label} {brief}: no store can take it; please see to it.",
            "📣 {label} {brief}: ninguna tienda puede; atiéndelo.",
        ),
        "escalation_open": (
            "📣 {label} {brief}:已超过 {after} 无人接单。",
            "📣 {label} {brief}: nobody has taken it for over {after}.",
            "📣 {label} {brief}: nadie la ha tomado en más de {after}.",
        ),
        "still_open": (
            "🕰 {region}:时限都已过仍未完成的请求",
            "🕰 {region}: still open although every limit has passed",
            "🕰 {region}: siguen abiertas con todos los límites vencidos",
        ),
        "still_open_more": ("……另有 {count} 个", "… and {count} more", "… y {count} más"),
        "region_assigns": (
            "可以:/assign {label} 门店编码,或 /close {label} 原因",
            "You can: /assign {label} STORE, or /close {label} reason",
            "Puedes: /assign {label} TIENDA, o /close {label} motivo",
        ),
        "region_closes": (
            "可以:打电话催{store},或 /close {label} 原因",
            "You can: call {store}, or /close {label} reason",
            "Puedes: llamar a {store}, o /close {label} motivo",
        ),
        "region_calls": (
            "可以:打电话催{store};全部经过 /request {label}",
            "You can: call {store}; the whole story: /request {label}",
            "Puedes: llamar a {store}; la historia entera: /request {label}",
        ),
        "story": ("经过:", "So far:", "Hasta ahora:"),
        "progress_prompt": (
            "📨 {label}:请把进度转告客户(第 {number} 次):",
            "📨 {label}: please let the customer know (no. {number}):",
            "📨 {label}: informa al cliente (n.º {number}):",
        ),
        "progress_sent": ("已转发", "Sent", "Enviado"),
        "progress_skipped": ("跳过", "Skipped", "Omitido"),
        "progress_thanks": ("已记录,谢谢。", "Noted, thank you.", "Anotado, gracias."),
        "kept_question": (
            "{label}:客户留住了吗?",
            "{label}: was the customer kept?",
            "{label}: ¿se conservó al cliente?",
        ),
        "kept_yes": ("留住了", "Yes", "Sí"),
        "kept_no": ("没留住", "No", "No"),
        "kept_unknown": ("不清楚", "Not known", "No se sabe"),
        "kept_noted": ("已记录:{kept}", "Noted: {kept}", "Anotado: {kept}"),
        "seen_noted": (
            "已记录「收到」。请在时限内答复可以或不行。",
            "Noted as seen. Please answer before the limit.",
            "Anotado como visto. Responde antes del límite.",
        ),
        "done": ("好的,已更新。", "Done.", "Hecho."),
        "my_title": ("我的待办", "Waiting for you", "Lo que tienes pendiente"),
        "my_empty": (
            "没有待办。需要配件时:/transfer 前大灯-左 x1 urgent 客户在等",
            "Nothing is waiting. To ask for a part: /transfer headlamp left x1 urgent customer waiting",
            "Nada pendiente. Para pedir una pieza: /transfer faro izquierdo x1 urgente cliente esperando",
        ),
        "steps_title": ("各步用时:", "The steps:", "Los pasos:"),
        "step_line": (
            "{step} · {store}:{start}→{end},时限 {due} {outcome}",
            "{step} · {store}: {start}→{end}, due {due} {outcome}",
            "{step} · {store}: {start}→{end}, límite {due} {outcome}",
        ),
        "step_met": ("✓", "✓", "✓"),
        "step_late": ("✗ 超 {late}", "✗ {late} late", "✗ {late} tarde"),
        "step_running": ("进行中", "running", "en curso"),
        "step_cancelled": ("—", "—", "—"),
        "assigned_told": (
            "📌 区域已把 {label} 指派给贵店:{brief}。若无法交付,请按「无法交付」。",
            '📌 Your region assigned {label} to your store: {brief}. If you cannot, press "Cannot deliver".',
            "📌 Tu zona asignó {label} a tu tienda: {brief}. Si no puedes, pulsa «No puedo entregar».",
        ),
        "provider_told_withdrawn": (
            "ℹ️ {label} {brief} 已由 {store} 撤回,不用再准备了。",
            "ℹ️ {store} withdrew {label} {brief}; nothing more to prepare.",
            "ℹ️ {store} retiró {label} {brief}; no hay nada más que preparar.",
        ),
        "provider_told_closed": (
            "ℹ️ {label} {brief} 已由区域关闭({reason}),不用再准备了。",
            "ℹ️ The region closed {label} {brief} ({reason}); nothing more to prepare.",
            "ℹ️ La zona cerró {label} {brief} ({reason}); no hay nada más que preparar.",
        ),
        "author_broken": (
            "⚠️ {label} {brief}:对方无法交付,正在问别的门店。",
            "⚠️ {label} {brief}: they cannot deliver; other stores are asked.",
            "⚠️ {label} {brief}: no pueden entregar; se pregunta a otras.",
        ),
        "author_unfilled": (
            "📣 {label} {brief}:没有门店可以接,已报区域经理。",
            "📣 {label} {brief}: no store can help; the region manager knows.",
            "📣 {label} {brief}: ninguna tienda puede; lo sabe gerencia de zona.",
        ),
        "author_closed": (
            "ℹ️ {label} {brief}:已由区域关闭({reason})。",
            "ℹ️ {label} {brief}: closed by the region ({reason}).",
            "ℹ️ {label} {brief}: cerrada por la zona ({reason}).",
        ),
        # Refusals
        "no_label": (
            "请写编号,例如:T-0001",
            "Please give its number, for example: T-0001",
            "Indica su número, por ejemplo: T-0001",
        ),
        "unknown": ("没有 {label} 这个请求。", "There is no request {label}.", "No existe la petición {label}."),
        "not_asked": (
            "这个请求问的不是贵店,只有被询问门店的店长或副店长可以答复。",
            "Your store is not the one asked; only the manager or deputy of the store asked can answer.",
            "No se preguntó a tu tienda; solo puede responder el gerente o suplente de la tienda consultada.",
        ),
        "taken": ("已由 {who} 接单。", "Already taken by {who}.", "Ya lo tomó {who}."),
        "moved_on": (
            "已过时限,现在正在问 {store}。",
            "Too late: {store} is being asked now.",
            "Demasiado tarde: ahora se pregunta a {store}.",
        ),
        "over": ("这个请求已经结束。", "This request is over.", "Esta petición ha terminado."),
        "not_yours": (
            "只有发起门店可以这样做。",
            "Only the store that asked can do this.",
            "Solo puede hacerlo la tienda que pidió.",
        ),
        "not_owner": (
            "只有接单的门店可以这样做。",
            "Only the store that accepted can do this.",
            "Solo puede hacerlo la tienda que aceptó.",
        ),
        "not_now": (
            "现在不能这样做:{state}。",
            "That is not possible now: {state}.",
            "No es posible ahora: {state}.",
        ),
        "too_late_to_withdraw": (
            "已经在路上或已经开始,不能撤回;请用卡片上的按钮继续。",
            "It is on its way or has begun and cannot be withdrawn; go on with the buttons of the card.",
            "Ya va en camino o ha empezado y no se puede retirar; sigue con los botones de la tarjeta.",
        ),
        "not_your_region": (
            "这个请求不在您的区域。",
            "This request is not of your region.",
            "Esta petición no es de tu zona.",
        ),
        "not_to_read": (
            "您不能查看这个请求:只有双方门店、其区域和总部可以。",
            "You cannot read this request: only its stores, their regions and HQ can.",
            "No puedes ver esta petición: solo sus tiendas, sus zonas y la central.",
        ),
        "reason_needed": (
            "请写明原因,例如:{example}",
            "Please say why, for example: {example}",
            "Explica el motivo, por ejemplo: {example}",
        ),
        "unknown_store": (
            "没有「{store}」这家门店。请写门店编码,例如:SZ02",
            'There is no store "{store}". Write its code, for example: SZ02',
            "No existe la tienda «{store}». Escribe su código, por ejemplo: SZ02",
        ),
        "assign_usage": (
            "请写编号和门店编码,例如:/assign T-0001 SZ02",
            "Give its number and the store's code, for example: /assign T-0001 SZ02",
            "Indica su número y el código de la tienda, por ejemplo: /assign T-0001 SZ02",
        ),
        "nothing_to_give": (
            "{store} 现在没有可以给的,请换一家,例如:/assign T-0001 SZ02",
            "{store} has nothing to give now; name another, for example: /assign T-0001 SZ02",
            "{store} no tiene nada que dar ahora; indica otra, por ejemplo: /assign T-0001 SZ02",
        ),
        "not_itself": (
            "不能指派给发起的门店自己。",
            "A request cannot be assigned to the store that asked.",
            "No se puede asignar a la misma tienda que pidió.",
        ),
        "bad_quantity": (
            "数量请填 1 到 {most} 的整数。",
            "Give a whole number from 1 to {most}.",
            "Indica un número entero de 1 a {most}.",
        ),
        "bad_extension": (
            "请写延长多久和原因,例如:/extend T-0001 20m 堵车",
            "Say for how long and why, for example: /extend T-0001 20m traffic jam",
            "Indica cuánto y por qué, por ejemplo: /extend T-0001 20m atasco",
        ),
        "nothing_runs": (
            "没有可以延长的时限。",
            "There is no limit to extend.",
            "No hay ningún límite que ampliar.",
        ),
        "not_understood": (
            "没看懂。请回复「收到,可以」,或「收到,不行,原因是…」,也可以点按钮。",
            'I did not understand. Reply "OK", or "No, because …", or press a button.',
            "No lo he entendido. Responde «Sí», o «No, porque …», o pulsa un botón.",
        ),
        "which_one": (
            "您有几个请求待答复,请回复对应的卡片,或用它上面的按钮。",
            "Several requests wait for you; reply to the card you mean, or press its buttons.",
            "Tienes varias peticiones; responde a la tarjeta que quieras o pulsa sus botones.",
        ),
    },
)
texts.add(
    "help",
    {
        "my": ("我的待办", "What waits for you", "Lo que tienes pendiente"),
        "request": ("查看一个请求的全部经过", "The whole story of a request", "La historia de una petición"),
        "assign": ("把请求指派给一家门店(区域)", "Assign a request to a store (region)", "Asignar a una tienda (zona)"),
        "close": ("关闭无店可接的请求(区域)", "Close a request (region)", "Cerrar una petición (zona)"),
        "extend": ("延长当前一步的时限", "Extend the limit of the present step", "Ampliar el límite del paso actual"),
    },
)
texts.add(
    "example",
    {
        "my": ("/my", "/my", "/my"),
        "request": ("/request T-0001", "/request T-0001", "/request T-0001"),
        "assign": ("/assign T-0001 SZ02", "/assign T-0001 SZ02", "/assign T-0001 SZ02"),
        "close": ("/close T-0001 客户已取消", "/close T-0001 customer cancelled", "/close T-0001 cliente canceló"),
        "extend": ("/extend T-0001 20m 堵车", "/extend T-0001 20m traffic jam", "/extend T-0001 20m atasco"),
    },
)
