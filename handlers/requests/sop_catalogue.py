"""The sentences of the one-page procedures; each holds the limit it is about."""

from handlers import texts

texts.add(
    "sop",
    {
        "which": (
            "请写哪一种,例如:{kinds}",
            "Say which one, for example: {kinds}",
            "Indica cuál, por ejemplo: {kinds}",
        ),
        "title": ("📄 {kind}流程", "📄 {kind}: the procedure", "📄 {kind}: el procedimiento"),
        "steps": ("步骤与时限", "Steps and limits", "Pasos y plazos"),
        "rules": ("规则", "Rules", "Reglas"),
        "points": ("完成后计 {points} 分", "When done: points {points}", "Al terminar: puntos {points}"),
        "when_transfer": (
            "何时用:客户在等、本店没货、邻店有货。先发货,后补单。发:/transfer 前大灯-左 x1 urgent 客户在等",
            "When: a customer waits, we have none, a neighbour has. The part first, the paperwork later. "
            "Send: /transfer headlamp left x1 urgent customer waiting",
            "Cuándo: un cliente espera, no hay aquí y un vecino tiene. Primero la pieza, luego los papeles. "
            "Envía: /transfer faro izquierdo x1 urgente cliente esperando",
        ),
        "when_support": (
            "何时用:本店技师修不了的故障,提前约。发:/support 三电故障 T3 11月27日下午 高压互锁报警",
            "When: a fault beyond our own technicians, booked ahead. Send: /support and what is wrong",
            "Cuándo: una avería que supera a nuestros técnicos, con cita. Envía: /support y qué ocurre",
        ),
        "when_diversion": (
            "何时用:客户要等太久。先问客户愿不愿意,再问门店。发:/divert 保养 等待150分钟",
            "When: a customer would wait too long. The customer chooses first, then a store is asked. Send: /divert",
            "Cuándo: un cliente esperaría demasiado. Primero decide el cliente. Envía: /divert",
        ),
        "when_activation": (
            "何时用:本店的件放着不动,别的门店正缺。周一机器人会提议,也可自己发:/activate 前大灯-左 x2 SZ02",
            "When: a part lies dead here and others run short of it. The bot suggests it on Mondays, or send: "
            "/activate headlamp left x2 SZ02",
            "Cuándo: una pieza está inmovilizada aquí y a otras les falta. El bot lo sugiere los lunes, o envía: "
            "/activate faro izquierdo x2 SZ02",
        ),
        # Steps
        "clock_seen": (
            "被询问的门店看到:{limit} 内",
            "The store asked has seen it: within {limit}",
            "La tienda consultada lo ha visto: en {limit}",
        ),
        "clock_answer": (
            "答复「收到,可以」或「收到,不行,原因是…」:看到后 {limit} 内;不答复自动转问下一家",
            'It answers "OK" or "No, because …": within {limit} of having seen it; else the next store is asked',
            "Responde «Sí» o «No, porque …»: en {limit} tras verlo; si no, se pregunta a otra tienda",
        ),
        "clock_record": (
            "补录完成:次日 {limit} 前",
            "The record is complete: by {limit} of the next day",
            "Registro completo: antes de las {limit} del día siguiente",
        ),
        "clock_record_after": (
            "补录完成:完成后 {limit} 内",
            "The record is complete: {limit} after the end",
            "Registro completo: {limit} tras el fin",
        ),
        "clock_progress": (
            "给客户的进度:接单后每 {limit} 一次",
            "A line for the customer: every {limit} once accepted",
            "Aviso al cliente: cada {limit} tras la aceptación",
        ),
        "clock_transfer_ship": (
            "打包发出:接单后 {limit} 内",
            "Packed and on its way: within {limit} of the acceptance",
            "Empaquetado y en camino: en {limit} tras aceptar",
        ),
        "clock_transfer_deliver": (
            "送到并确认收货:发起后 {limit} 内(全程)",
            "In the requester's hands: within {limit} of the request (the whole)",
            "En manos de quien pidió: en {limit} desde la petición (total)",
        ),
        "clock_activation_ship": (
            "发起门店打包发出:对方同意后 {limit} 内(营业时间)",
            "The store that asked packs and ships it: within {limit} of opening hours of the acceptance",
            "Quien lo ofrece lo envía: en {limit} de horario tras la aceptación",
        ),
        "clock_activation_deliver": (
            "对方收到并确认:发起后 {limit} 内(营业时间,全程)",
            "The other store has it and says so: within {limit} of opening hours of the request (the whole)",
            "La otra tienda lo recibe y confirma: en {limit} de horario desde la petición (total)",
        ),
        "clock_activation_progress": (
            "如有客户在等,每 {limit} 给一次进度",
            "Should a customer wait, a line every {limit}",
            "Si espera un cliente, un aviso cada {limit}",
        ),
        "clock_support_agree": (
            "双方店长确认时间、费用、差旅:接单后 {limit} 内",
            "Both managers confirm time, cost and travel: within {limit} of the acceptance",
            "Ambos gerentes confirman hora, coste y viaje: en {limit} tras aceptar",
        ),
        "clock_support_checklist": (
            "前一天 {limit} 发清单:工单、工具、配件、差旅、住宿",
            "The day before at {limit} the checklist: work order, tools, parts, travel, lodging",
            "La víspera a las {limit}, la lista: orden, herramientas, piezas, viaje, alojamiento",
        ),
        "clock_support_prepared": (
            "前一天 {limit} 前全部勾完,否则上报",
            "The day before by {limit} all of it is ticked, else it escalates",
            "La víspera antes de las {limit} todo marcado; si no, se eleva",
        ),
        "clock_support_hurried": (
            "来不及等到前一天的,清单 {limit} 内勾完",
            "Where the visit is nearer than that, ticked within {limit}",
            "Si la visita es antes, todo marcado en {limit}",
        ),
        "clock_support_evening": (
            "前一天 {limit} 通知技师",
            "The technician hears the evening before at {limit}",
            "El técnico lo sabe la víspera a las {limit}",
        ),
        "clock_support_on_the_way": (
            "到达时限从约定时间前 {limit} 开始算",
            "The clock of the arrival counts from {limit} before the agreed time",
            "El plazo de llegada corre desde {limit} antes de la hora",
        ),
        "clock_support_travelling": (
            "出发后每 {limit} 给客户一条进度",
            "From setting out a line for the customer every {limit}",
            "Desde la salida, un aviso para el cliente cada {limit}",
        ),
        "clock_support_late": (
            "过约定时间 {limit} 未到算迟到",
            "Not there {limit} after the agreed time is late",
            "No estar {limit} después de la hora es llegar tarde",
        ),
        "clock_support_work": (
            "约定结束后 {limit} 内完工",
            "Done within {limit} of the agreed end",
            "Terminado en {limit} tras el fin acordado",
        ),
        "clock_support_rate": (
            "双方店长互评 1–10,{limit} 后公开",
            "The managers rate each other 1–10, shown after {limit}",
            "Los gerentes se valoran 1–10; visible tras {limit}",
        ),
        "clock_diversion_contact": (
            "告诉客户并等客户选择:发起后 {limit} 内",
            "The customer is told and has chosen: within {limit}",
            "El cliente lo sabe y ha elegido: en {limit}",
        ),
        "clock_diversion_call": (
            "接收门店打电话给客户:接单后 {limit} 内",
            "The receiving store calls the customer: within {limit} of the acceptance",
            "La tienda receptora llama al cliente: en {limit} tras aceptar",
        ),
        "clock_diversion_transport": (
            "用车和补偿登记好:接单后 {limit} 内",
            "The way there and the compensation recorded: within {limit} of the acceptance",
            "Transporte y compensación registrados: en {limit} tras aceptar",
        ),
        "clock_diversion_depart": (
            "客户出发:登记后 {limit} 内",
            "The customer is on the way: within {limit} of that",
            "El cliente en camino: en {limit} después",
        ),
        "clock_diversion_no_show": (
            "预计到达后 {limit} 未到:释放工位和技师",
            "Not there {limit} after the expected arrival: bay and technician are free",
            "Sin llegar {limit} después de lo previsto: se liberan puesto y técnico",
        ),
        "clock_diversion_serve": (
            "到店后 {limit} 内完工",
            "Done within {limit} of the arrival",
            "Terminado en {limit} desde la llegada",
        ),
        "clock_diversion_complaint": (
            "投诉由区域在 {limit} 内裁定",
            "The region decides a complaint within {limit}",
            "La zona decide una queja en {limit}",
        ),
        "clock_diversion_same_day": (
            "全程当天 {limit} 前办完",
            "The whole by {limit} of the same day",
            "Todo antes de las {limit} del mismo día",
        ),
        # Rules
        "rule_matching_safety_stock": (
            "每店保留安全库存 {limit} 件,不外借",
            "Safety stock that stays in a store: {limit}",
            "Existencias que se quedan en la tienda: {limit}",
        ),
        "rule_matching_max_km": (
            "只问 {limit} 公里以内的门店",
            "Only stores within {limit} km are asked",
            "Solo tiendas a menos de {limit} km",
        ),
        "rule_matching_detour": (
            "路程按直线距离 × {limit} 估算",
            "The way is the straight line × {limit}",
            "El camino es la línea recta × {limit}",
        ),
        "rule_matching_speed_kmh": (
            "路上按每小时 {limit} 公里估算",
            "On the road {limit} km/h are taken",
            "En ruta se toman {limit} km/h",
        ),
        "rule_matching_most_asked": (
            "最多依次问 {limit} 家",
            "At most {limit} stores are asked, one after the other",
            "Como mucho {limit} tiendas, una tras otra",
        ),
        "rule_ranking_way": (
            "排序按多少分钟能送出来算:路上每分钟计 {limit}",
            "Ranked by minutes until it is on its way: each minute of the way counts {limit}",
            "Se ordena por minutos hasta que sale: cada minuto de camino cuenta {limit}",
        ),
        "rule_ranking_answer": (
            "平时答复每分钟计 {limit}",
            "Each minute a store usually takes to answer counts {limit}",
            "Cada minuto que suele tardar en responder cuenta {limit}",
        ),
        "rule_ranking_usual_answer": (
            "近期没被问过的店按 {limit} 答复算",
            "A store not asked of late is taken to answer in {limit}",
            "Una tienda sin historial reciente se toma por {limit}",
        ),
        "rule_ranking_load": (
            "手上每一单加 {limit} 分钟",
            "Each request in hand adds {limit} min",
            "Cada petición en curso suma {limit} min",
        ),
        "rule_ranking_refusal": (
            "近期全部拒绝的店加 {limit} 分钟,按拒绝率折算",
            "A store that refused everything of late has {limit} min added, others by their share",
            "A la tienda que rechazó todo se le suman {limit} min, a las demás según su parte",
        ),
        "rule_ranking_only_some": (
            "只能给一部分的店加 {limit} 分钟",
            "A store that can give only some has {limit} min added",
            "A la que solo puede dar una parte se le suman {limit} min",
        ),
        "rule_ranking_spare": (
            "给完还多出的每件减 {limit} 分钟",
            "Each piece left over takes {limit} min off",
            "Cada pieza que sobra quita {limit} min",
        ),
        "rule_ranking_most_spare": (
            "多出的最多算 {limit} 件",
            "At most {limit} pieces left over count",
            "Cuentan como mucho {limit} piezas sobrantes",
        ),
        "rule_ranking_closing": (
            "马上打烊的店加 {limit} 分钟,开得越久加得越少",
            "A store that closes at once has {limit} min added, less the longer it is open",
            "A la que cierra ya se le suman {limit} min, menos cuanto más siga abierta",
        ),
        "rule_ranking_closing_within": (
            "还开 {limit} 以上的店不算快打烊",
            "A store open for more than {limit} is not closing",
            "La que sigue abierta más de {limit} no está cerrando",
        ),
        "rule_ranking_dead": (
            "呆滞库存先走:减 {limit} 分钟",
            "Dead stock goes first: {limit} min off",
            "Lo inmovilizado sale primero: {limit} min menos",
        ),
        "rule_lending_longest": (
            "借用(/borrow)最长 {limit}",
            "A loan (/borrow) lasts at most {limit}",
            "Un préstamo (/borrow) dura como mucho {limit}",
        ),
        "rule_lending_back_by": (
            "借用的当天 {limit} 前归还,出借店确认后才结束",
            "A loan is back by {limit} of its day, and ends when the lender confirms it",
            "Un préstamo vuelve antes de las {limit} de su día y acaba al confirmarlo quien prestó",
        ),
        "rule_lending_remind": (
            "归还前一天和当天 {limit} 提醒",
            "Reminders the day before and on the day at {limit}",
            "Avisos la víspera y el mismo día a las {limit}",
        ),
        "rule_dead_stock_unmoved": (
            "{limit} 没动过的算呆滞",
            "Not moved for {limit} is dead",
            "Sin moverse {limit} es inmovilizado",
        ),
        "rule_dead_stock_cover": (
            "够本店用 {limit} 以上、别店又缺的,多出的也算",
            "So is what is over the store's own use of {limit}, where others run short",
            "También lo que supera su uso de {limit}, si a otras les falta",
        ),
        "rule_dead_stock_short_within": (
            "最近 {limit} 内要过或用完的门店算缺货",
            "A store that asked for it or ran out of it in the last {limit} is short of it",
            "Le falta a quien lo pidió o lo agotó en {limit}",
        ),
        "rule_dead_stock_suggested": (
            "每周给每店提议 {limit} 种",
            "So many parts are suggested to a store a week: {limit}",
            "Piezas sugeridas a una tienda por semana: {limit}",
        ),
        "rule_supporting_lead": (
            "提前 {limit} 约;更近的算紧急并告知总部",
            "Booked {limit} ahead; nearer is urgent and HQ hears",
            "Con {limit} de antelación; antes es urgente y lo sabe la central",
        ),
        "rule_supporting_furthest": (
            "最远约到 {limit} 后",
            "At most {limit} ahead",
            "Como mucho a {limit} vista",
        ),
        "rule_supporting_morning": ("上午指 {limit}", '"Morning" means {limit}', "«Mañana» es {limit}"),
        "rule_supporting_afternoon": ("下午指 {limit}", '"Afternoon" means {limit}', "«Tarde» es {limit}"),
        "rule_supporting_day": ("全天指 {limit}", '"All day" means {limit}', "«Todo el día» es {limit}"),
        "rule_supporting_visit": (
            "只说开始时间的,按 {limit} 计",
            "Where only the beginning is said a visit is {limit}",
            "Si solo se dice el inicio, la visita dura {limit}",
        ),
        "rule_matching_fresh": (
            "库存数字超过 {limit} 未更新算过期,不自动去问",
            "A stock figure older than {limit} is stale, and no store is asked by it alone",
            "Una cifra de existencias con más de {limit} está caducada y no se pregunta solo por ella",
        ),
        "rule_supporting_fresh": (
            "技师能力表超过 {limit} 未更新算过期",
            "A row of the technicians' map older than {limit} is stale",
            "Una fila del mapa de técnicos con más de {limit} está caducada",
        ),
        "rule_supporting_max_km": (
            "只问 {limit} 公里以内的技师",
            "Only technicians within {limit} km are asked",
            "Solo técnicos a menos de {limit} km",
        ),
        "rule_supporting_lent_within": (
            "统计最近 {limit} 的外派次数",
            "How often one was lent counts for {limit}",
            "Cuenta lo prestado en los últimos {limit}",
        ),
        "rule_supporting_lent_km": (
            "每外派一次,排序时按远 {limit} 公里计",
            "Each time counts like {limit} km more",
            "Cada vez cuenta como {limit} km más",
        ),
        "rule_supporting_level_km": (
            "级别每高一级,排序时按远 {limit} 公里计",
            "Each level above what is needed counts like {limit} km more",
            "Cada nivel de más cuenta como {limit} km más",
        ),
        "rule_supporting_near_km": (
            "{limit} 公里起另付差旅和住宿",
            "From {limit} km travel and lodging are paid as well",
            "Desde {limit} km se pagan viaje y alojamiento",
        ),
        "rule_supporting_far_km": (
            "超过 {limit} 公里用最高补贴",
            "Beyond {limit} km the highest subsidy",
            "Más allá de {limit} km, la dieta mayor",
        ),
        "rule_supporting_subsidy_near": (
            "近程补贴 {money}(总部付给技师)",
            "Subsidy near by {money} (HQ to the technician)",
            "Dieta cercana {money} (central al técnico)",
        ),
        "rule_supporting_subsidy_middle": ("中程补贴 {money}", "Subsidy, middle {money}", "Dieta media {money}"),
        "rule_supporting_subsidy_far": ("远程补贴 {money}", "Subsidy, far {money}", "Dieta lejana {money}"),
        "rule_supporting_longest_work": (
            "工时最多 {limit}",
            "At most {limit} of work",
            "Como mucho {limit} de trabajo",
        ),
        "rule_diverting_least_wait": (
            "要等超过 {limit} 才分流,否则要写原因",
            "Only for a wait over {limit}, else with a reason",
            "Solo si espera más de {limit}; si no, con motivo",
        ),
        "rule_diverting_longest_wait": (
            "等待时间最多填 {limit}",
            "A wait is at most {limit}",
            "Una espera es de {limit} como mucho",
        ),
        "rule_diverting_service_time": (
            "每位客户占用技师 {limit}",
            "A technician is booked for {limit}",
            "Un técnico queda reservado {limit}",
        ),
        "rule_diverting_full_wait": (
            "满负荷门店按等 {limit} 估算",
            "At a full store {limit} of waiting are expected",
            "En una tienda llena se espera {limit}",
        ),
        "rule_diverting_max_km": (
            "只问 {limit} 公里以内的门店",
            "Only stores within {limit} km are asked",
            "Solo tiendas a menos de {limit} km",
        ),
        "rule_diverting_fresh": (
            "产能超过 {limit} 未更新的门店不问",
            "Stores whose capacity is older than {limit} are not asked",
            "No se pregunta a tiendas con datos de más de {limit}",
        ),
        "rule_diverting_voucher": ("服务券 {money}", "Service voucher {money}", "Vale de servicio {money}"),
        "rule_diverting_voucher_cap": (
            "服务券超过 {money} 要总部批准",
            "A service voucher over {money} needs HQ",
            "Un vale de más de {money} lo aprueba la central",
        ),
        "rule_diverting_cash": ("或现金 {money}", "Or cash {money}", "O efectivo {money}"),
        "rule_diverting_cash_cap": (
            "现金超过 {money} 要总部批准",
            "Cash over {money} needs HQ",
            "Más de {money} en efectivo lo aprueba la central",
        ),
        "rule_diverting_car": ("本店派车计 {money}", "A car of ours costs {money}", "Un coche nuestro cuesta {money}"),
        "rule_diverting_car_cap": (
            "派车超过 {money} 要总部批准",
            "A car over {money} needs HQ",
            "Un coche de más de {money} lo aprueba la central",
        ),
        "rule_diverting_taxi": ("打车券 {money}", "Taxi voucher {money}", "Vale de taxi {money}"),
        "rule_diverting_taxi_cap": (
            "打车券超过 {money} 要总部批准",
            "A taxi voucher over {money} needs HQ",
            "Un vale de taxi de más de {money} lo aprueba la central",
        ),
        "rule_diverting_remind_hq": (
            "每 {limit} 提醒总部批准",
            "HQ is reminded of an approval every {limit}",
            "Se recuerda a la central cada {limit}",
        ),
        "rule_diverting_complain_within": (
            "完成后 {limit} 内投诉会重新打开",
            "A complaint within {limit} of the end reopens it",
            "Una queja en {limit} tras el fin la reabre",
        ),
        # Every kind
        "all_nudges": (
            "时限走到 {nudges} 时私下提醒,到时限逐级上报",
            "Private reminders at {nudges} of a limit; a broken one escalates step by step",
            "Avisos privados al {nudges} de un plazo; si vence, se eleva paso a paso",
        ),
        "all_answer": (
            "{answer_all} 内一定有答复,否则区域经理处理",
            "An answer within {answer_all} at the latest, else the region manager",
            "Respuesta en {answer_all} como máximo; si no, gerencia de zona",
        ),
        "all_duplicate": (
            "同一门店 {duplicate} 内重复发同一件事,会先提醒",
            "The same again within {duplicate}: a warning first",
            "Lo mismo en {duplicate}: primero un aviso",
        ),
        "all_hold": (
            "/hold 暂停:一次最长 {hold},最多 {holds} 次",
            "/hold: at most {hold} at one time, {holds} times",
            "/hold: como máximo {hold} cada vez, {holds} veces",
        ),
        "all_reopen": (
            "/reopen 重开:结束后 {reopen} 内",
            "/reopen: within {reopen} of the end",
            "/reopen: en {reopen} tras el fin",
        ),
    },
)
