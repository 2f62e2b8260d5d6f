"""The sentences of the technicians' questions, the three languages side by side."""

from handlers import texts

texts.add(
    "question",
    {
        # The card
        "title": ("🙋 {label} {specialty}", "🙋 {label} {specialty}", "🙋 {label} {specialty}"),
        "practice_title": (
            "🎓 练习 {label} {specialty}",
            "🎓 Practice {label} {specialty}",
            "🎓 Práctica {label} {specialty}",
        ),
        "asked_by": (
            "{store} {who} 请教 · {when}",
            "asked by {who}, {store} · {when}",
            "pregunta de {who}, {store} · {when}",
        ),
        "with_file": ("📎 附有照片或文件", "📎 with a photo or file", "📎 con foto o archivo"),
        "called": ("请帮忙:", "Please help: ", "Ayuda, por favor: "),
        "nobody_named": (
            "地图上没有会「{specialty}」的技师。",
            'Nobody on the map knows "{specialty}".',
            "Nadie en el mapa domina «{specialty}».",
        ),
        "apart": ("、", ", ", ", "),
        "next_at": (
            "⏳ {when} 还没人答,就请{whom}",
            "⏳ No answer by {when}: {whom} will be asked",
            "⏳ Sin respuesta a las {when}: se avisa a {whom}",
        ),
        "last_at": (
            "⏳ {when} 还没人答,就告诉提问门店",
            "⏳ No answer by {when}: the store that asks is told",
            "⏳ Sin respuesta a las {when}: se avisa a la tienda que pregunta",
        ),
        "told_level": ("↑ 已请{whom}", "↑ {whom} asked", "↑ avisados: {whom}"),
        "level_experts": ("区域专家", "the region's experts", "los expertos de la zona"),
        "level_region": ("区域经理", "the region manager", "la gerencia de zona"),
        "level_hq": ("总部技术", "HQ", "la central"),
        "nobody_left": (
            "🔴 都问过了,还没人能答。",
            "🔴 Everybody was asked, and nobody knows.",
            "🔴 Se preguntó a todos y nadie lo sabe.",
        ),
        "draft_it": (
            "提问门店可以一键转为支援。",
            "The store that asks can make it a support with one tap.",
            "La tienda que pregunta puede convertirlo en apoyo con un toque.",
        ),
        "answer_line": ("💬 {who}:{words}", "💬 {who}: {words}", "💬 {who}: {words}"),
        "solution": ("✅ {who} 的办法管用:{words}", "✅ {who} solved it: {words}", "✅ {who} lo resolvió: {words}"),
        "solved_at": ("{when} 解决", "solved {when}", "resuelta {when}"),
        "how": (
            "直接回复本消息就是回答;办法管用了,提问人点「有用」。",
            "Reply to this message to answer; who asked presses the answer that helped.",
            "Responde a este mensaje; quien pregunta pulsa la respuesta que sirvió.",
        ),
        "who": ("{name}({store})", "{name} ({store})", "{name} ({store})"),
        # Buttons
        "answer_button": ("我来回答", "Answer", "Responder"),
        "useful_button": ("有用:{name}", "Helped: {name}", "Sirvió: {name}"),
        "unsolved_button": ("还没解决", "Not solved", "Sin resolver"),
        "support_button": ("转为支援", "Ask for support", "Pedir apoyo"),
        # Forms
        "form_title": ("请教技师", "Ask the technicians", "Preguntar a los técnicos"),
        "specialty": ("哪方面", "Which specialty", "Especialidad"),
        "other": ("其他", "Other", "Otra"),
        "words": ("什么问题", "What is the question", "Cuál es la pregunta"),
        "words_hint": (
            "例如:高压互锁报警,插头都查过了",
            "for example: high-voltage interlock alarm, plugs checked",
            "por ejemplo: alarma de interbloqueo, conectores revisados",
        ),
        "send": ("发出", "Ask", "Preguntar"),
        "answer_title": ("回答 {label}", "Answer {label}", "Responder {label}"),
        "answer_field": ("办法", "What to do", "Qué hacer"),
        "answer_hint": (
            "例如:先量互锁回路电阻,再看后桥插头",
            "for example: measure the interlock loop, then the rear plug",
            "por ejemplo: mide el circuito y revisa el conector trasero",
        ),
        "answer_send": ("回答", "Answer", "Responder"),
        # What is said beside the card
        "posted": (
            "{label} 已发到技师互助群,{when} 还没人答会自动往上请。",
            "{label} is posted to the technicians; if nobody answers by {when}, the next level is asked.",
            "{label} está publicada; si nadie responde a las {when}, se avisa al siguiente nivel.",
        ),
        "called_privately": (
            "🙋 {label} {specialty},{store} {who} 请教:{words}\n直接回复这条消息就是回答。",
            "🙋 {label} {specialty}: {who} of {store} asks: {words}\nReply to this message to answer.",
            "🙋 {label} {specialty}: {who} de {store} pregunta: {words}\nResponde a este mensaje.",
        ),
        "climbed": (
            "🙋 {label} {specialty} 还没有管用的办法({store} {who}):{words}\n您能答吗?直接回复这条消息就行。",
            "🙋 {label} {specialty} is still open ({who}, {store}): {words}\nCan you help? Reply to this message.",
            "🙋 {label} {specialty} sigue abierta ({who}, {store}): {words}\n¿Puedes ayudar? Responde a este mensaje.",
        ),
        "answered": (
            "💬 {label} {who} 答:{words}",
            "💬 {label}: {who} answers: {words}",
            "💬 {label}: {who} responde: {words}",
        ),
        "end_told": (
            "🔴 {label} {specialty} 都问过了,还没人能答:{words}",
            "🔴 {label} {specialty}: everybody was asked and nobody knows: {words}",
            "🔴 {label} {specialty}: se preguntó a todos y nadie lo sabe: {words}",
        ),
        "credit_told": (
            "👏 {label} 您的办法管用了,{store} 谢谢您。",
            "👏 {label}: your answer solved it. {store} says thank you.",
            "👏 {label}: tu respuesta lo resolvió. {store} te da las gracias.",
        ),
        "noted": ("已记下,谢谢。", "Noted, thank you.", "Anotado, gracias."),
        "solved": (
            "{label} 已解决,记入案例。",
            "{label} is solved and kept as a case.",
            "{label} resuelta y guardada.",
        ),
        "raised": ("好的,已往上请。", "The next level is asked.", "Se avisa al siguiente nivel."),
        "asked_all": (
            "能问的都问过了,可以点「转为支援」。",
            "Everybody was asked; you can ask for support.",
            "Se preguntó a todos; puedes pedir apoyo.",
        ),
        # Cases
        "cases_title": ("📚 相似案例:", "📚 Cases like it:", "📚 Casos parecidos:"),
        "case_line": (
            "{label} {specialty}:{words}",
            "{label} {specialty}: {words}",
            "{label} {specialty}: {words}",
        ),
        "case_solution": ("  → {words}({who})", "  → {words} ({who})", "  → {words} ({who})"),
        "no_cases": (
            "还没有「{words}」的案例。用 /ask 请教,解决后会记下来。",
            'No case of "{words}" yet. Ask with /ask; what is solved is kept.',
            "Aún no hay casos de «{words}». Pregunta con /ask; lo resuelto se guarda.",
        ),
        # Refusals
        "case_what": (
            "请写至少两个字,例如:/case 互锁",
            "Write a word at least, for example: /case interlock",
            "Escribe al menos una palabra, por ejemplo: /case interbloqueo",
        ),
        "words_needed": (
            "请写清楚问题,例如:/ask 三电 高压互锁报警,插头都查过了",
            "Say what the question is, for example: /ask high-voltage interlock alarm, plugs checked",
            "Escribe la pregunta, por ejemplo: /ask alta-tensión alarma de interbloqueo, conectores revisados",
        ),
        "asked_already": (
            "刚才已经问过了:{label}。",
            "That is asked already: {label}.",
            "Ya está preguntado: {label}.",
        ),
        "which": (
            "是哪个问题?请回复那条问题,或写编号,例如:/solved Q-0001 换后桥互锁插头",
            "Which question? Reply to it, or give its number, for example: /solved Q-0001 replace the rear plug",
            "¿Qué pregunta? Responde a ella o da su número, por ejemplo: /solved Q-0001 cambiar el conector trasero",
        ),
        "answer_needed": (
            "请写办法,例如:/solved Q-0001 换后桥互锁插头",
            "Say what to do, for example: /solved Q-0001 replace the rear plug",
            "Escribe qué hacer, por ejemplo: /solved Q-0001 cambiar el conector trasero",
        ),
        "unknown": ("没有 {label} 这个问题。", "There is no question {label}.", "No existe la pregunta {label}."),
        "solved_before": ("{label} 已经解决了。", "{label} is solved already.", "{label} ya está resuelta."),
        "not_yours": (
            "是否管用,由提问人或本店店长来点。",
            "Whether it helped is for who asked to say, or the store's manager.",
            "Si sirvió lo dice quien preguntó, o la gerencia de su tienda.",
        ),
        "not_answered": ("还没有回答。", "There is no answer yet.", "Aún no hay respuesta."),
        "not_your_store": (
            "只有提问的门店可以转为支援。",
            "Only the store that asks can ask for support.",
            "Solo la tienda que pregunta puede pedir apoyo.",
        ),
        "not_in_region": (
            "这个问题是别的区域的。",
            "This question is another region's.",
            "Esta pregunta es de otra zona.",
        ),
        "no_support": (
            "现在不能转为支援,请联系区域经理。",
            "It cannot be made a support now; please call the region manager.",
            "Ahora no se puede pedir apoyo; llama a la gerencia de zona.",
        ),
    },
)
texts.add(
    "help",
    {
        "ask": ("向技师请教一个问题", "Ask the technicians a question", "Preguntar a los técnicos"),
        "solved": (
            "写下管用的办法(回复问题)",
            "Say what solved a question (in reply to it)",
            "Indicar qué resolvió una pregunta",
        ),
        "case": ("查已解决的案例", "Search the solved cases", "Buscar casos resueltos"),
    },
)
texts.add(
    "example",
    {
        "ask": (
            "/ask 三电 高压互锁报警,插头都查过了",
            "/ask high-voltage interlock alarm, plugs checked",
            "/ask alta-tensión alarma de interbloqueo",
        ),
        "solved": (
            "/solved Q-0001 换后桥互锁插头",
            "/solved Q-0001 replace the rear plug",
            "/solved Q-0001 cambiar el conector trasero",
        ),
        "case": ("/case 互锁", "/case interlock", "/case interbloqueo"),
    },
)
