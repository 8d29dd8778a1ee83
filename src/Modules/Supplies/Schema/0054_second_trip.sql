-- A parcel that came back may go out again: the same order, packed once, on another trip in another window. What each trip's steps were stays.
ALTER TABLE supplies.household_order ADD COLUMN trip smallint NOT NULL DEFAULT 1 CHECK (trip BETWEEN 1 AND 9);
COMMENT ON COLUMN supplies.household_order.trip IS 'which time it goes out; the window is that of this trip';
ALTER TABLE supplies.household_step ADD COLUMN trip smallint NOT NULL DEFAULT 1;
ALTER TABLE supplies.household_step DROP CONSTRAINT household_step_pkey, ADD PRIMARY KEY (order_id, trip, state);
CREATE INDEX household_order_returned ON supplies.household_order (region_code, id) WHERE state = 'returned';
