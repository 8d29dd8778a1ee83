INSERT INTO registry.region_alias (province_code, name, code) VALUES ('42', 'x', '4201');
