-- Goods at hand and what a day takes, by facility and item. Use out of the ledger counts where use was recorded on three days of the last seven:
-- fewer are chance. Otherwise what the facility says it uses; otherwise nothing is known, and neither is the cover. It runs as its reader, so the
-- policies of the tables decide which facilities are in it.
CREATE FUNCTION supplies.cover_at(instant timestamptz)
RETURNS TABLE (facility_code text, item_code text, stock bigint, use_days bigint, burn_per_day numeric) LANGUAGE sql STABLE AS $$
SELECT coalesce(s.place, n.facility_code), coalesce(s.item_code, n.item_code), coalesce(s.quantity, 0), coalesce(u.days, 0),
    CASE WHEN u.days >= 3 THEN round(u.quantity / 7.0, 1) ELSE n.burn_per_day END
FROM (SELECT place, item_code, sum(quantity)::bigint AS quantity FROM supplies.balance WHERE state IN ('on_hand', 'received') GROUP BY place, item_code) s
FULL JOIN (SELECT facility_code, item_code, burn_per_day FROM supplies.need WHERE state IN ('open', 'partly_met') AND item_code IS NOT NULL) n
    ON n.facility_code = s.place AND n.item_code = s.item_code
LEFT JOIN (
    SELECT from_place, item_code, sum(quantity) AS quantity, count(DISTINCT (at AT TIME ZONE 'Asia/Shanghai')::date) AS days
    FROM supplies.entry WHERE to_state = 'used' AND at > instant - interval '7 days' AND at <= instant GROUP BY from_place, item_code) u
    ON u.from_place = coalesce(s.place, n.facility_code) AND u.item_code = coalesce(s.item_code, n.item_code)
$$;
