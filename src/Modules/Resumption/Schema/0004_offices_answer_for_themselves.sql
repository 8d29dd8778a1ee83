-- In whose name an office answered. Empty for answers of before this column, when one person could still answer for two offices.
ALTER TABLE resumption.opening_office ADD COLUMN organisation text NOT NULL DEFAULT '';
-- One person may not answer for two offices of an opening. The product itself may: it plays all offices in demo data.
CREATE UNIQUE INDEX opening_office_person ON resumption.opening_office (opening_id, answered_by) WHERE organisation <> '' AND answered_by <> 'system';
