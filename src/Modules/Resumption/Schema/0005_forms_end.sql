-- A form that is closed frees its questions: what it was told stays, and the fact may be asked again by another form.
ALTER TABLE resumption.form_question ADD COLUMN is_closed boolean NOT NULL DEFAULT false;
ALTER TABLE resumption.form_question DROP CONSTRAINT form_question_fact_key;
CREATE UNIQUE INDEX form_question_asked ON resumption.form_question (fact) WHERE NOT is_closed;
CREATE POLICY form_question_close ON resumption.form_question FOR UPDATE USING (platform.is_system() OR (platform.may('resumption.decide')
    AND EXISTS (SELECT FROM resumption.form f WHERE f.id = form_id AND platform.region_in_scope(f.region_code))));
