"""The sentences about customers."""

from __future__ import annotations

from handlers import texts

texts.add(
    "customer",
    {
        "erased": ("已删除", "erased", "borrado"),
        "sealed": ("已加密,此处无法读取", "encrypted, not readable here", "cifrado, no legible aquí"),
        "card": ("👤 客户:{customer}", "👤 Customer: {customer}", "👤 Cliente: {customer}"),
        "look_button": ("查看客户", "Show the customer", "Ver el cliente"),
        "shown": (
            "{label} 客户({number})",
            "{label} · the customer ({number})",
            "{label} · el cliente ({number})",
        ),
        "shown_note": (
            "仅供您联系客户用,{minutes}后自动隐藏;这次查看已记录。",
            "For you to call the customer; hidden again in {minutes}. This look is on the record.",
            "Para que llames al cliente; se oculta en {minutes}. Esta consulta queda registrada.",
        ),
        "hidden": (
            "{label} 客户:{customer}(已隐藏,需要时再点「查看客户」)",
            "{label} · customer: {customer} (hidden; ask again when you need it)",
            "{label} · cliente: {customer} (oculto; vuelve a pedirlo si lo necesitas)",
        ),
        "sent": ("已私下发给您。", "Sent to you privately.", "Te lo he enviado en privado."),
        "none": (
            "{label} 没有登记客户。登记请私聊我:/customer {label} 张先生 13800001234 粤B12345",
            "{label} has no customer. To add one write to me: /customer {label} Mr Zhang 13800001234",
            "{label} no tiene cliente. Para añadirlo escríbeme: /customer {label} Sr. Zhang 13800001234",
        ),
        "not_yours": (
            "客户资料只给本店和需要联系客户的接待店看。",
            "A customer is shown only to their own store and to a store that has to call them.",
            "Un cliente solo se muestra a su tienda y a la que debe llamarlo.",
        ),
        "is_erased": (
            "这位客户的资料已按要求删除。",
            "This customer was erased on request.",
            "Este cliente fue borrado a petición.",
        ),
        "frozen": (
            "您查看客户资料的权限已冻结,等总部处理。急需联系客户,请让同店同事查看。",
            "Your right to see customers is frozen until HQ decides. If it is urgent, ask a colleague of your store.",
            "Tu permiso para ver clientes está congelado hasta que decida la central. Si urge, pide a un compañero.",
        ),
        "too_many": (
            "{within}内查看客户已超过 {most} 次,权限先冻结,已报总部,{due} 前处理。",
            "More than {most} looks at customers within {within}: your right is frozen, HQ decides by {due}.",
            "Más de {most} consultas de clientes en {within}: permiso congelado, la central decide antes de {due}.",
        ),
        "case": (
            "🔒 {who}({store}){within}内查看客户资料超过 {most} 次,权限已冻结。请在 {due} 前决定。",
            "🔒 {who} ({store}) looked at customers more than {most} times within {within}; the right is frozen. "
            "Please decide by {due}.",
            "🔒 {who} ({store}) consultó clientes más de {most} veces en {within}; permiso congelado. "
            "Decide antes de {due}.",
        ),
        "case_overdue": (
            "⏰ {who} 查看客户的权限冻结案到期仍未处理(期限 {due})。在决定之前保持冻结。",
            "⏰ Nobody has decided about {who}'s right to see customers (due {due}). It stays frozen until then.",
            "⏰ Nadie ha decidido sobre el permiso de {who} para ver clientes (venció {due}). Sigue congelado.",
        ),
        "restore_button": ("恢复权限", "Restore the right", "Restaurar el permiso"),
        "keep_button": ("继续冻结", "Keep it frozen", "Mantenerlo congelado"),
        "decide_title": ("决定的理由", "Why it is decided so", "Motivo de la decisión"),
        "decided_restored": (
            "总部已恢复您查看客户资料的权限。理由:{reason}",
            "HQ has restored your right to see customers. Reason: {reason}",
            "La central ha restaurado tu permiso para ver clientes. Motivo: {reason}",
        ),
        "decided_kept": (
            "总部决定继续冻结您查看客户资料的权限。理由:{reason}",
            "HQ keeps your right to see customers frozen. Reason: {reason}",
            "La central mantiene congelado tu permiso para ver clientes. Motivo: {reason}",
        ),
        "decision_noted": (
            "已决定并通知 {who}。",
            "Decided; {who} is told.",
            "Decidido; se avisa a {who}.",
        ),
        "already_decided": (
            "这件事已经处理:权限已恢复。",
            "This is decided: the right was restored.",
            "Ya está decidido: el permiso fue restaurado.",
        ),
        "noted": (
            "{label} 的客户已登记:{customer}。全号只私下给需要联系的人看。",
            "Customer of {label}: {customer}. In full only privately, to whoever has to call.",
            "Cliente de {label}: {customer}. Completo solo en privado, a quien deba llamar.",
        ),
        "bad_contact": (
            "请写姓名、电话或车牌,例如:/customer {label} 张先生 13800001234 粤B12345",
            "Give a name, phone or plate, for example: /customer {label} Mr Zhang 13800001234",
            "Escribe nombre, teléfono o matrícula, por ejemplo: /customer {label} Sr. Zhang 13800001234",
        ),
        "no_key": (
            "服务器还没有配置客户资料的密钥,这次没有保存客户;其余照常。请告诉总部。",
            "The server has no key for customers' data yet, so the customer was not kept; all else goes on. Tell HQ.",
            "El servidor no tiene aún clave para clientes y no se guardó; lo demás sigue. Avisa a la central.",
        ),
        "unknown": (
            "没有找到客户 {number}。写请求编号或客户编号,例如:/forget T-0001",
            "There is no customer {number}. Name a request or a customer, for example: /forget T-0001",
            "No existe el cliente {number}. Indica una petición o un cliente, por ejemplo: /forget T-0001",
        ),
        "forget_not_yours": (
            "只有客户所属门店的店长、副店长或总部可以删除客户资料。",
            "Only the leaders of the customer's own store, or HQ, can have a customer erased.",
            "Solo los responsables de la tienda del cliente, o la central, pueden borrarlo.",
        ),
        "forget_question": (
            "要永久删除客户 {number}({customer})吗?姓名、电话、车牌将无法恢复;请求 {labels} 保留,不再显示客户。",
            "Erase customer {number} ({customer}) for ever? Name, phone and plate cannot be brought back; "
            "the requests {labels} stay, without the customer.",
            "¿Borrar para siempre al cliente {number} ({customer})? Nombre, teléfono y matrícula no se podrán "
            "recuperar; las peticiones {labels} quedan, sin el cliente.",
        ),
        "forget_button": ("永久删除", "Erase for ever", "Borrar para siempre"),
        "forgotten": (
            "客户 {number} 已删除({day})。相关卡片已更新。",
            "Customer {number} is erased ({day}). The cards are changed.",
            "El cliente {number} está borrado ({day}). Las tarjetas se han actualizado.",
        ),
    },
)

texts.add(
    "help",
    {
        "customer": (
            "登记或查看请求的客户:/customer T-0001 张先生 13800001234 粤B12345",
            "A request's customer: add one, or see one in full",
            "El cliente de una petición: añadirlo o verlo completo",
        ),
        "forget": (
            "应客户要求,永久删除其姓名、电话、车牌",
            "Erase a customer's name, phone and plate for ever, at their request",
            "Borrar para siempre nombre, teléfono y matrícula de un cliente que lo pide",
        ),
    },
)

texts.add(
    "example",
    {
        "customer": (
            "/customer T-0001 张先生 13800001234 粤B12345",
            "/customer T-0001 Mr Zhang 13800001234 粤B12345",
            "/cliente T-0001 Sr. Zhang 13800001234 粤B12345",
        ),
        "forget": ("/forget T-0001", "/forget T-0001", "/olvidar T-0001"),
    },
)
