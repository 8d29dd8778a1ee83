INSERT INTO registry.region_alias (province_code, name, code) VALUES ('42', 'x', '4201');
INSERT INTO registry.enterprise (code, name, region_code, size_rule, source, recorded_at) VALUES ('91420100MA4KRT0092', 'x', '420106', 'x', 'x', now()), ('91350100M000100Y43', 'y', '420106', 'x', 'x', now());
INSERT INTO registry.enterprise_figure (enterprise_id, persons) VALUES (1, 1);
INSERT INTO registry.enterprise_change (enterprise_id, field, source, recorded_by, recorded_at) VALUES (1, 'name', 'x', 'x', now());
INSERT INTO registry.place (enterprise_id, kind, name, region_code, recorded_by, recorded_at) VALUES (1, 0, 'x', '420106', 'x', now());
INSERT INTO registry.supply_link (supplier_id, customer_id, item, since, recorded_by, recorded_at) VALUES (1, 2, 'x', '2020-01-01', 'x', now());
INSERT INTO registry.contact (enterprise_id, name, phone, consented_at, recorded_at) VALUES (1, 'x', 'x', now(), now());
INSERT INTO registry.duplicate_candidate (first_id, second_id, likeness, reason, found_at) VALUES (1, 2, 900, 'same-name', now());
