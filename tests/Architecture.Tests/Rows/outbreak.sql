INSERT INTO outbreak.case_count (region_code, day, confirmed, known_from, batch_id) VALUES ('4201', '2020-02-01', 7, now(), 1);
INSERT INTO outbreak.cluster_finding (region_code, from_day, to_day, is_cluster, evidence, author, known_from) VALUES ('4201', '2020-02-01', '2020-02-02', true, 'x', 'x', now());
INSERT INTO outbreak.tier_period (region_code, from_day, to_day, tier, is_provisional, rule_version, known_from) VALUES ('4201', '2020-02-01', '2020-02-02', 'high', false, 'x', now());
INSERT INTO outbreak.signal (region_code, day, method, observed, bound, raised_at) VALUES ('4201', '2020-02-01', 'c1', 5, 1, now());
INSERT INTO outbreak.warning (region_code, first_day, last_day, opened_at) VALUES ('4201', '2020-02-01', '2020-02-01', now());
INSERT INTO outbreak.warning_step (warning_id, region_code, stage, author, note, taken_at) SELECT id, '4201', 'verify', 'x', 'x', now() FROM outbreak.warning;
INSERT INTO outbreak.publication (through, decided_by, decided_at) VALUES (NULL, 'x', now());
