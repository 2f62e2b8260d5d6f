"""The sentences around every request, the three languages side by side: hold, change, hand over, reopen, draft."""

from handlers import texts

texts.add(
    "event",
    {
        "held": (
            "⏸ 暂停 {by}({who}):{reason}",
            "⏸ on hold for {by} ({who}): {reason}",
            "⏸ en pausa {by} ({who}): {reason}",
        ),
        "resumed": ("▶️ 继续,停了 {by}({who})", "▶️ goes on after {by} ({who})", "▶️ sigue tras {by} ({who})"),
        "hold_over": (
            "▶️ 暂停到时,自动继续(停了 {by})",
            "▶️ the hold is over, it goes on by itself (after {by})",
            "▶️ fin de la pausa, sigue sola (tras {by})",
        ),
        "changed": (
            "✏️ {field}:{before} → {after}({who}):{reason}",
            "✏️ {field}: {before} → {after} ({who}): {reason}",
            "✏️ {field}: {before} → {after} ({who}): {reason}",
        ),
        "handed": (
            "🤝 {who} 交给 {whom}:{reason}",
            "🤝 {who} handed it to {whom}: {reason}",
            "🤝 {who} la pasó a {whom}: {reason}",
        ),
        "reopened": ("🔁 重新打开({who}):{reason}", "🔁 reopened ({who}): {reason}", "🔁 reabierta ({who}): {reason}"),
        "played": ("🎓 机器人代 {store} 答复", "🎓 the bot answers for {store}", "🎓 el bot responde por {store}"),
    },
)
texts.add(
    "around",
    {
        "held": (
            "⏸ 暂停到 {until},各时限都不走:{reason}",
            "⏸ on hold until {until}, every clock stands still: {reason}",
            "⏸ en pausa hasta {until}, ningún plazo corre: {reason}",
        ),
        "held_noted": (
            "⏸ {label} 暂停到 {until},到时自动继续;要提前继续请发 /resume {label}",
            "⏸ {label} is on hold until {until} and then goes on by itself; sooner with /resume {label}",
            "⏸ {label} queda en pausa hasta {until} y luego sigue sola; antes con /resume {label}",
        ),
        "held_told": (
            "⏸ {label} {brief}:暂停到 {until},时限不走。原因:{reason}",
            "⏸ {label} {brief}: on hold until {until}, no clock runs. Why: {reason}",
            "⏸ {label} {brief}: en pausa hasta {until}, ningún plazo corre. Motivo: {reason}",
        ),
        "resumed_told": (
            "▶️ {label} {brief}:已继续,「{step}」时限 {due}。",
            '▶️ {label} {brief}: goes on; "{step}" is due {due}.',
            "▶️ {label} {brief}: sigue; «{step}» vence {due}.",
        ),
        "hold_over_told": (
            "▶️ {label} {brief}:暂停时间已到,自动继续,「{step}」时限 {due}。",
            '▶️ {label} {brief}: the hold is over and it goes on; "{step}" is due {due}.',
            "▶️ {label} {brief}: terminó la pausa y sigue; «{step}» vence {due}.",
        ),
        "hold_usage": (
            "请写暂停多久和原因,例如:/hold T-0001 20m 等客户确认",
            "Say for how long and why, for example: /hold T-0001 20m customer must confirm",
            "Indica cuánto y por qué, por ejemplo: /hold T-0001 20m el cliente debe confirmar",
        ),
        "hold_too_long": (
            "一次最多暂停 {most},例如:/hold T-0001 20m 等客户确认",
            "At most {most} at one time, for example: /hold T-0001 20m customer must confirm",
            "Como máximo {most} cada vez, por ejemplo: /hold T-0001 20m el cliente debe confirmar",
        ),
        "held_already": (
            "已经在暂停中。先 /resume,再重新 /hold。",
            "It is on hold already. /resume it first, then /hold it anew.",
            "Ya está en pausa. Primero /resume, luego /hold.",
        ),
        "held_too_often": (
            "这个请求已经暂停过 {most} 次,不能再暂停;需要更多时间请用 /extend。",
            "This request has been on hold {most} times and no more; for more time use /extend.",
            "Esta petición ya estuvo {most} veces en pausa; para más tiempo usa /extend.",
        ),
        "nothing_to_hold": (
            "没有可以暂停的时限:要么没有在走的,要么已经超时。",
            "There is no clock to hold: none runs, or it is broken already.",
            "No hay ningún plazo que pausar: no corre ninguno o ya venció.",
        ),
        "not_held": ("这个请求没有暂停。", "This request is not on hold.", "Esta petición no está en pausa."),
        "not_party": (
            "只有发起门店、接单门店的店长或副店长,以及区域可以这样做。",
            "Only the manager or deputy of the store that asked or that accepted, and the region, can do this.",
            "Solo pueden el gerente o suplente de la tienda que pidió o aceptó, y la zona.",
        ),
        "written_by": ("✍️ 原话:{who}", "✍️ written by {who}", "✍️ lo escribió {who}"),
        "written_at": ("✍️ 原话:{who} {link}", "✍️ written by {who} {link}", "✍️ lo escribió {who} {link}"),
        "draft_of": ("把 {who} 的这条消息变成请求:", "Make a request of what {who} wrote:", "Convertir lo de {who}:"),
        "draft_kinds": (
            "发什么请求?确认之前别人看不到。",
            "Which request? Nobody sees it before you confirm.",
            "¿Qué petición? Nadie la ve antes de confirmar.",
        ),
        "draft_usage": (
            "请回复一条消息并发送 /draft;或直接写,例如:/draft 前大灯-左 x1 客户在等",
            "Reply /draft to a message; or write it, for example: /draft headlamp left x1 customer waiting",
            "Responde /draft a un mensaje; o escríbelo, por ejemplo: /draft faro izquierdo x1 cliente esperando",
        ),
        "draft_title": ("请确认,然后才会发出:", "Please confirm; only then is it posted:", "Confirma y se publicará:"),
        "draft_urgency": (" · {urgency}", " · {urgency}", " · {urgency}"),
        "draft_original": ("原话({who}):{words}", "Written by {who}: {words}", "Escrito por {who}: {words}"),
        "same_open": (
            "⚠️ {label} 像是同一件事:{brief},{at} 发起,还在问。",
            "⚠️ {label} looks like the same: {brief}, asked at {at}, nobody has taken it yet.",
            "⚠️ {label} parece lo mismo: {brief}, pedida a las {at}, nadie la ha tomado aún.",
        ),
        "same_owned": (
            "⚠️ {label} 像是同一件事:{brief},{at} 发起,{store} 已接单。",
            "⚠️ {label} looks like the same: {brief}, asked at {at}, {store} has taken it.",
            "⚠️ {label} parece lo mismo: {brief}, pedida a las {at}, la tomó {store}.",
        ),
        "same_question": (
            "要再发一个吗?只想修改原来的,可以用 /edit {label}",
            "Post another one? Only to change that one: /edit {label}",
            "¿Publicar otra? Solo para cambiar esa: /edit {label}",
        ),
        "confirm_button": ("发布", "Post it", "Publicar"),
        "same_button": ("仍然发布", "Post all the same", "Publicar de todos modos"),
        "change_what": ("{label}:要改什么?", "{label}: what shall be changed?", "{label}: ¿qué se cambia?"),
        "change_title": ("修改:{field}", "Change: {field}", "Cambiar: {field}"),
        "change_reason": ("为什么改?", "Why the change?", "¿Por qué se cambia?"),
        "change_usage": (
            "请写改什么、改成多少和原因,例如:/edit T-0001 数量 2 客户多要一个",
            "Say what, its new value and why, for example: /edit T-0001 quantity 2 customer needs one more",
            "Indica qué, el nuevo valor y por qué, por ejemplo: /edit T-0001 cantidad 2 el cliente pide otra",
        ),
        "change_which": (
            "{label} 现在能改的:{names}。例如:/edit {label} 原因说明 客户已到店",
            "Of {label} this can be changed now: {names}. For example: /edit {label} matter customer is here",
            "De {label} se puede cambiar ahora: {names}. Por ejemplo: /edit {label} asunto el cliente ya está",
        ),
        "nothing_to_change": (
            "现在没有可以改的:{state}。",
            "Nothing can be changed now: {state}.",
            "Ahora no se puede cambiar nada: {state}.",
        ),
        "unchanged": ("和原来一样,没有改。", "That is what it is already.", "Ya es así."),
        "urgency": ("紧急程度", "Urgency", "Urgencia"),
        "matter": ("原因说明", "Matter", "Asunto"),
        "bad_urgency": (
            "请写紧急、今天或普通,例如:紧急",
            "Say urgent, today or normal, for example: urgent",
            "Escribe urgente, hoy o normal, por ejemplo: urgente",
        ),
        "changed_told": (
            "✏️ {label} {brief}:{store} 把「{field}」从 {before} 改成 {after}。原因:{reason}",
            '✏️ {label} {brief}: {store} changed "{field}" from {before} to {after}. Why: {reason}',
            "✏️ {label} {brief}: {store} cambió «{field}» de {before} a {after}. Motivo: {reason}",
        ),
        "handover_usage": (
            "请写交给谁和原因,例如:/handover T-0001 王五 我要下班了",
            "Say to whom and why, for example: /handover T-0001 Wang I am going home",
            "Indica a quién y por qué, por ejemplo: /handover T-0001 Wang me voy a casa",
        ),
        "no_colleague": (
            "贵店没有「{name}」这位同事(店长、副店长或顾问)。请写全名,例如:/handover T-0001 王五 我要下班了",
            'There is no "{name}" in your store (manager, deputy, advisor). Write the full name, for example: '
            "/handover T-0001 Wang I am going home",
            "No hay «{name}» en tu tienda (gerente, suplente o asesor). Escribe el nombre completo, por ejemplo: "
            "/handover T-0001 Wang me voy a casa",
        ),
        "handed_already": ("已经是 {name} 在负责。", "{name} has it already.", "Ya lo lleva {name}."),
        "handed_told": (
            "🤝 {who} 把 {label} {brief} 交给您了:{reason}",
            "🤝 {who} handed {label} {brief} to you: {reason}",
            "🤝 {who} te pasó {label} {brief}: {reason}",
        ),
        "not_ended": (
            "{label} 还没有结束,不用重开。",
            "{label} has not ended; there is nothing to reopen.",
            "{label} no ha terminado; no hay nada que reabrir.",
        ),
        "done_for_good": (
            "{label} 已经完成,不能重开。还需要的话请新发一个。",
            "{label} is done and cannot be reopened. Ask anew if more is needed.",
            "{label} está hecha y no se reabre. Pide otra si hace falta.",
        ),
        "reopen_too_late": (
            "{label} 结束已超过 {after},不能重开。请新发一个。",
            "{label} ended more than {after} ago and cannot be reopened. Ask anew.",
            "{label} terminó hace más de {after} y no se reabre. Pide otra.",
        ),
        "reopened_told": (
            "🔁 {label} {brief} 由 {store} 重新打开:{reason}",
            "🔁 {store} reopened {label} {brief}: {reason}",
            "🔁 {store} reabrió {label} {brief}: {reason}",
        ),
        "practice": (
            "🎓 练习:别人看不到,不计分、不动库存、不进报表",
            "🎓 Practice: nobody else sees it, and it counts for nothing",
            "🎓 Práctica: nadie más la ve y no cuenta para nada",
        ),
        "practice_on": (
            "🎓 练习开始:您发的请求只有您自己看得到,两边的按钮都由您来按;"
            "{after}没有答复时我代对方同意。结束请发 /practice off",
            "🎓 Practice is on: only you see what you ask for, and you press the buttons of both sides; after {after} "
            "I accept for the other side. End it with /practice off",
            "🎓 Práctica activada: solo tú ves lo que pides y pulsas los botones de ambos lados; tras {after} acepto "
            "por el otro lado. Termina con /practice off",
        ),
        "practice_off": (
            "练习结束:现在发的请求都是真的。",
            "Practice is over: what you ask for now is real.",
            "Fin de la práctica: lo que pidas ahora es de verdad.",
        ),
        "practice_over": ("练习结束", "practice is over", "fin de la práctica"),
        "practice_usage": (
            "请写 on 或 off,例如:/practice on",
            "Say on or off, for example: /practice on",
            "Escribe on u off, por ejemplo: /practice on",
        ),
        "practice_is": (
            "练习现在是:{state}。例如:/practice on",
            "Practice is {state} now. For example: /practice on",
            "La práctica está {state}. Por ejemplo: /practice on",
        ),
        "on": ("开", "on", "activada"),
        "off": ("关", "off", "desactivada"),
    },
)
texts.add(
    "help",
    {
        "hold": ("暂停一个请求的时限", "Hold the clocks of a request", "Pausar los plazos de una petición"),
        "resume": ("让暂停的请求继续", "Let a held request go on", "Reanudar una petición en pausa"),
        "edit": ("修改自己发的请求", "Change a request of your store", "Cambiar una petición de tu tienda"),
        "handover": ("把请求交给本店同事", "Hand a request to a colleague", "Pasar una petición a un colega"),
        "withdraw": ("撤回请求,写明原因", "Withdraw a request, saying why", "Retirar una petición con motivo"),
        "reopen": (
            "重新打开刚结束的请求",
            "Reopen a request that has just ended",
            "Reabrir una petición recién cerrada",
        ),
        "draft": ("把一条消息变成请求", "Make a request of a message", "Convertir un mensaje en petición"),
        "sop": ("一页纸的流程和时限", "The procedure and its limits on one page", "El procedimiento en una página"),
        "practice": ("练习模式:什么都不算", "Practice: nothing counts", "Modo práctica: nada cuenta"),
    },
)
texts.add(
    "example",
    {
        "hold": (
            "/hold T-0001 20m 等客户确认",
            "/hold T-0001 20m customer must confirm",
            "/hold T-0001 20m el cliente debe confirmar",
        ),
        "resume": ("/resume T-0001", "/resume T-0001", "/resume T-0001"),
        "edit": (
            "/edit T-0001 数量 2 客户多要一个",
            "/edit T-0001 quantity 2 customer needs one more",
            "/edit T-0001 cantidad 2 el cliente pide otra",
        ),
        "handover": (
            "/handover T-0001 王五 我要下班了",
            "/handover T-0001 Wang I am going home",
            "/handover T-0001 Wang me voy a casa",
        ),
        "withdraw": (
            "/withdraw T-0001 客户改约了",
            "/withdraw T-0001 customer rebooked",
            "/withdraw T-0001 el cliente cambió la cita",
        ),
        "reopen": (
            "/reopen T-0001 客户又来了",
            "/reopen T-0001 customer came back",
            "/reopen T-0001 el cliente volvió",
        ),
        "draft": ("/draft", "/draft", "/draft"),
        "sop": ("/sop transfer", "/sop transfer", "/sop transfer"),
        "practice": ("/practice on", "/practice on", "/practice on"),
    },
)
