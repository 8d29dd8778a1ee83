-- The list of who looks after whom is read a page at a time in this order; without it a province is sorted for each look.
CREATE INDEX enterprise_in_order ON casework.enterprise (region_code, id);
