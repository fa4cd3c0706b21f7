import { Table, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowsVertical, IconArrowUp } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { DataQuery } from "@/lib/contract/data";
import classes from "./data.module.css";

type Order = { by: NonNullable<DataQuery["sort"]>; order: DataQuery["order"] };

/** What the rows are ordered by, and how that is changed. */
export type RowsSort = Order & { onChange: (next: Order) => void };

/**
 * The heading of a column that the rows can be ordered by: those alone that the server has an index
 * for, so that any number of rows is ordered at once. A second click turns the order round.
 */
export function SortableTh({
  by,
  newestFirst = false,
  sort,
  children,
}: {
  by: Order["by"];
  /** where the first click begins */
  newestFirst?: boolean;
  sort: RowsSort | null;
  children: ReactNode;
}) {
  if (!sort) return <Table.Th scope="col">{children}</Table.Th>;
  const own = sort.by === by ? sort.order : null;
  const Icon = own === null ? IconArrowsVertical : own === "asc" ? IconArrowUp : IconArrowDown;
  const first = newestFirst ? "desc" : "asc";
  const next = own === null ? first : own === "asc" ? "desc" : "asc";
  return (
    <Table.Th
      scope="col"
      aria-sort={own === null ? "none" : own === "asc" ? "ascending" : "descending"}
    >
      <UnstyledButton className={classes.sort} onClick={() => sort.onChange({ by, order: next })}>
        {children}
        <Icon
          size={14}
          aria-hidden
          color={own === null ? "var(--mantine-color-placeholder)" : undefined}
        />
      </UnstyledButton>
    </Table.Th>
  );
}
