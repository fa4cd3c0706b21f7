"use client";

import { Anchor, Skeleton, Table, Text, UnstyledButton } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useTranslations } from "use-intl";
import { unitText } from "@/components/format/unit-text";
import { Link } from "@/components/frame/link";
import type { DataRow } from "@/lib/contract/data";
import classes from "./data.module.css";
import { type RowsSort, SortableTh } from "./sortable-th";
import { tableColumns } from "./table-columns";
import { useCellText } from "./use-cell-text";
import { useColumnName } from "./use-column-name";

const shortened = (id: string) => (id.length <= 14 ? id : `${id.slice(0, 8)}…`);

/**
 * One page of rows of one type; a row opens its resource, that of a patient the patient's page. A
 * patient's id leads there too, a resource's own id to its JSON.
 */
export function RowsTable({
  type,
  rows,
  jobNames,
  withPatient,
  withJob,
  old,
  sort,
  onOpen,
  patientHref,
}: {
  type: string;
  rows: DataRow[];
  jobNames: Map<string, string>;
  withPatient: boolean;
  withJob: boolean;
  /** the rows of the former choice, while the new ones come */
  old: boolean;
  /** null: in the order that they have */
  sort: RowsSort | null;
  /** shows its JSON */
  onOpen: (row: DataRow) => void;
  /** of the patient of a row */
  patientHref: (row: DataRow) => string;
}) {
  const router = useRouter();
  const ofPatients = type === "Patient";
  const t = useTranslations("data");
  const nameOf = useColumnName();
  const textOf = useCellText();
  const { columns, read } = tableColumns(rows);
  const nameColumn = columns.find((column) => column.endsWith("name")) ?? columns[0];
  const isNumber = (column: string) =>
    rows.some((row) => typeof read(row, column).value === "number");
  return (
    <Table.ScrollContainer minWidth={320} type="native" className={classes.rows}>
      <Table
        highlightOnHover
        fz="sm"
        verticalSpacing={6}
        aria-label={t("table-of", { type })}
        aria-busy={old}
        data-old={old || undefined}
        className={classes.table}
      >
        <Table.Thead>
          <Table.Tr>
            {ofPatients ? (
              <SortableTh by="patient_id" sort={sort}>
                {nameOf("id")}
              </SortableTh>
            ) : (
              <Table.Th scope="col">{nameOf("id")}</Table.Th>
            )}
            {withPatient ? (
              <SortableTh by="patient_id" sort={sort}>
                {nameOf("patient_id")}
              </SortableTh>
            ) : null}
            {columns.map((column) =>
              type === "Encounter" && column === "start_at" ? (
                <SortableTh key={column} by={column} newestFirst sort={sort}>
                  {nameOf(column)}
                </SortableTh>
              ) : (
                <Table.Th key={column} scope="col" ta={isNumber(column) ? "right" : undefined}>
                  {nameOf(column)}
                </Table.Th>
              ),
            )}
            {withJob ? (
              <SortableTh by="job_id" newestFirst sort={sort}>
                {nameOf("job_id")}
              </SortableTh>
            ) : null}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr
              key={`${row.job_id} ${row.patient_id} ${row.id}`}
              onClick={() => (ofPatients ? router.push(patientHref(row)) : onOpen(row))}
              className={classes.row}
            >
              <Table.Td>
                <UnstyledButton
                  className={classes.id}
                  title={row.id}
                  aria-label={t("open", { type, id: row.id })}
                  onClick={(event) => {
                    event.stopPropagation();
                    onOpen(row);
                  }}
                >
                  {shortened(row.id)}
                </UnstyledButton>
              </Table.Td>
              {withPatient ? (
                <Table.Td>
                  {row.patient_id ? (
                    <Anchor
                      component={Link}
                      href={patientHref(row)}
                      className={classes.id}
                      title={row.patient_id}
                      aria-label={t("patient-open", { patient: row.patient_id })}
                      onClick={(event) => event.stopPropagation()}
                    >
                      {shortened(row.patient_id)}
                    </Anchor>
                  ) : (
                    "–"
                  )}
                </Table.Td>
              ) : null}
              {columns.map((column) => {
                const { value, unit } = read(row, column);
                const text = `${textOf(column, value)}${unit ? ` ${unitText(unit)}` : ""}`;
                return (
                  <Table.Td key={column} ta={isNumber(column) ? "right" : undefined}>
                    {ofPatients && column === nameColumn ? (
                      <Anchor
                        component={Link}
                        href={patientHref(row)}
                        inherit
                        className={classes.cell}
                        title={text}
                        onClick={(event) => event.stopPropagation()}
                      >
                        {text}
                      </Anchor>
                    ) : (
                      <Text span inherit className={classes.cell} title={text}>
                        {text}
                      </Text>
                    )}
                  </Table.Td>
                );
              })}
              {withJob ? (
                <Table.Td>
                  <Text span inherit c="dimmed" className={classes.cell} title={row.job_id}>
                    {jobNames.get(row.job_id) ?? `…${row.job_id.slice(-8)}`}
                  </Text>
                </Table.Td>
              ) : null}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** The table's shape while its first rows come. */
export function RowsSkeleton({ rows }: { rows: number }) {
  return (
    <div aria-hidden>
      {Array.from({ length: rows }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <Skeleton key={at} height={22} my={12} />
      ))}
    </div>
  );
}
