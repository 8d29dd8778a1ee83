-- Rooms of a dormitory, as [{"number": "301", "areaSquareMetres": 15, "beds": 8}]: written and read as one with the place that they belong to.
ALTER TABLE registry.place ADD COLUMN rooms jsonb CHECK (rooms IS NULL OR jsonb_typeof(rooms) = 'array');
