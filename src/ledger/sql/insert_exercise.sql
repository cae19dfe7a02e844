INSERT INTO exercises (id, version, runbook, kind, date, outcome, steps, context, resolved_by,
                       notes, minutes, incident, actor, recorded_at, source, row, text_hash,
                       pending, retracted, conflict)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)
