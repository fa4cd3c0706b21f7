import { UnstyledButton } from "@mantine/core";
import classes from "./charts.module.css";
import { seriesColor } from "./palette";

/** Which colour is what, in words; a dashed or lighter mark where the chart draws one. */
export function Legend({
  items,
}: {
  items: {
    name: string;
    color: number;
    mark?: "band" | "line" | "bar";
    /** with onClick: is it what the page is filtered by? */
    chosen?: boolean;
    onClick?: () => void;
  }[];
}) {
  return (
    <ul className={classes.legend}>
      {items.map(({ name, color, mark = "bar", chosen, onClick }) => {
        const words = (
          <>
            <span
              className={classes.mark}
              data-mark={mark}
              style={{ background: seriesColor(color) }}
              aria-hidden
            />
            {name}
          </>
        );
        return (
          <li key={name}>
            {onClick ? (
              <UnstyledButton
                className={classes.legendButton}
                aria-pressed={chosen}
                data-chosen={chosen || undefined}
                onClick={onClick}
              >
                {words}
              </UnstyledButton>
            ) : (
              words
            )}
          </li>
        );
      })}
    </ul>
  );
}
