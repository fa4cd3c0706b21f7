-- What a panel (blood pressure) measures, side by side: charts read it here instead of parsing
-- `resource` row by row. NULL where an Observation has no component that is a number under a code.
ALTER TABLE "observations"
  ADD COLUMN "component_systems" TEXT[],
  ADD COLUMN "component_codes" TEXT[],
  ADD COLUMN "component_displays" TEXT[],
  ADD COLUMN "component_units" TEXT[],
  ADD COLUMN "component_values" DOUBLE PRECISION[];

-- Rows that were loaded before. json keeps numbers as they were written: those that double precision
-- does not hold are looked at before they are cast, and "OFFSET 0" keeps json from being parsed once
-- for every mention of a value.
UPDATE "observations"
   SET ("component_systems", "component_codes", "component_displays", "component_units",
        "component_values") = (
     SELECT array_agg(NULLIF("coding"->>'system', '') ORDER BY "no"),
            array_agg("code" ORDER BY "no"),
            array_agg(COALESCE(NULLIF("coding"->>'display', ''), NULLIF("concept"->>'text', ''))
                      ORDER BY "no"),
            array_agg(COALESCE(NULLIF("quantity"->>'unit', ''), NULLIF("quantity"->>'code', ''))
                      ORDER BY "no"),
            array_agg("number"::double precision ORDER BY "no")
       FROM (
         SELECT "no", "coding", "concept", "quantity", NULLIF("coding"->>'code', '') AS "code",
                CASE WHEN json_typeof("quantity"->'value') = 'number' THEN
                  CASE WHEN "quantity"->>'value' !~ '[eE][-+]?[0-9]{4}'
                            AND length("quantity"->>'value') < 400
                       THEN ("quantity"->>'value')::numeric END
                END AS "number"
           FROM (
             SELECT "no", "component"->'code' AS "concept",
                    "component"->'code'->'coding'->0 AS "coding",
                    "component"->'valueQuantity' AS "quantity"
               FROM json_array_elements(
                 CASE json_typeof("resource"->'component')
                   WHEN 'array' THEN "resource"->'component' ELSE '[]' END
               ) WITH ORDINALITY AS "elements"("component", "no")
              OFFSET 0
           ) AS "parts"
          OFFSET 0
       ) AS "read"
      WHERE "code" IS NOT NULL
        AND ("number" = 0 OR abs("number") BETWEEN 1e-300 AND 1e300)
   )
 WHERE json_typeof("resource"->'component') = 'array';
