"""What supports and diversions leave beside what every request leaves, for each row of `lives` that is one."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.year_words import ANSWERED, RECEIVED, RECORDED, SEEN, SHIPPED, Words, by_kind, insert


def helps(words: Words) -> Iterator[str]:
    """Tell who helped with a support or a diversion, and how: the technician of who gave, whose number is the store's.

    A support is worked from `SHIPPED` to `RECEIVED`. Of half hours that two lives would take the first one has them.
    """
    starts, ends = words.at(f"t + {SHIPPED}"), words.at(f"t + {RECEIVED}")
    agreed = "CASE WHEN v <> 4 THEN 'time cost travel' ELSE '' END"
    came = {
        "technician_id": "CASE WHEN v <> 4 THEN o END",
        "technician": "CASE WHEN v <> 4 THEN '技师' || o ELSE '' END",
    }
    yield insert(
        "supports",
        {
            "request_id": "n",
            "specialty": "'三电故障'",
            "level": "'T3'",
            "starts_at": starts,
            "ends_at": ends,
            **came,
            "technician_level": "'T3'",
            "km": "20.0",
            "subsidy": "CASE WHEN v <> 4 THEN 30000 ELSE 0 END",
            **dict.fromkeys(("agreed_giver", "agreed_host"), agreed),
            **dict.fromkeys(("ticked_giver", "ticked_host"), "''"),
            **dict.fromkeys(("arrived_by", "done_by"), "CASE WHEN v <> 4 THEN 3 * o - 2 END"),
            "arrived_at": f"CASE WHEN v <> 4 THEN {starts} END",
            "done_at": f"CASE WHEN v <> 4 THEN {words.at(f't + {RECEIVED} + x')} END",
            "solved": "CASE WHEN v <> 4 THEN 'yes' ELSE '' END",
            "minutes": "CASE WHEN v <> 4 THEN 45 END",
            **dict.fromkeys(("rating_by_giver", "rating_by_host"), "CASE WHEN v <> 4 THEN 8 + n % 3 END"),
            "shown_at": f"CASE WHEN v <> 4 THEN {words.at(f't + {RECORDED} + x')} END",
        },
        "lives WHERE kind = 'support'",
    )
    yield insert(
        "diversions",
        {
            "request_id": "n",
            "service": "'保养'",
            "wait_minutes": "150",
            "vehicle": "'宝马X3'",
            "consent": "'go'",
            "consented_at": words.at(f"t + {SEEN}"),
            "consented_by": "3 * s - 2",
            **came,
            "bay_store_id": "CASE WHEN v <> 4 THEN o END",
            "transport": "CASE WHEN v <> 4 THEN 'taxi' ELSE '' END",
            "fare": "CASE WHEN v <> 4 THEN 5000 ELSE 0 END",
            "compensation": "CASE WHEN v <> 4 THEN 'voucher' ELSE '' END",
            "amount": "CASE WHEN v <> 4 THEN 20000 ELSE 0 END",
            "call": "CASE WHEN v <> 4 THEN 'reached' ELSE '' END",
            "called_at": f"CASE WHEN v <> 4 THEN {words.at(f't + {ANSWERED} + x')} END",
            "arrived_at": f"CASE WHEN v <> 4 THEN {starts} END",
            **dict.fromkeys(("approval", "call_words", "result", "reference"), "''"),
        },
        "lives WHERE kind = 'diversion'",
    )
    yield insert(
        "work_credits",
        {"request_id": "n", "store_id": "o", "amount": "128000", "currency": "'CNY'", "at": ends},
        "lives WHERE kind = 'diversion' AND v <> 4",
    )
    yield insert(
        "bookings",
        {
            "id": "n",
            "technician_id": "o",
            "request_id": "n",
            "starts_at": starts,
            "ends_at": ends,
            "state": by_kind("''", "'booked'", "'freed'"),  # after a diversion whoever is done can be booked again
            "made_at": words.at(f"t + {ANSWERED}"),
            "freed_at": f"CASE WHEN kind = 'diversion' THEN {words.at(f't + {RECEIVED} + x')} END",
        },
        "lives WHERE kind <> 'transfer' AND v <> 4",
    )
    yield insert(
        "booked_slots",
        {"technician_id": "o", "slot": f"(t + {SHIPPED}) / 1800 + k", "booking_id": "n"},
        "lives CROSS JOIN told WHERE kind = 'support' AND v <> 4 ON CONFLICT DO NOTHING",
        "WITH told(k) AS (VALUES (0), (1)) ",
    )
