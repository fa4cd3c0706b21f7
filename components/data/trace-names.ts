/** What a bar of a chart stands for, beside the chart's filter: names of `GET /api/data/{type}`. */
export const traceNames = [
  "code",
  "code_system",
  "display",
  "class",
  "class_not",
  "numeric",
  "unit",
  "value_from",
  "value_to",
  "month",
] as const;
