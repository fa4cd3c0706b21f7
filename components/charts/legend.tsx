import classes from "./charts.module.css";
import { seriesColor } from "./palette";

/** Which colour is what, in words; a dashed or lighter mark where the chart draws one. */
export function Legend({
  items,
}: {
  items: { name: string; color: number; mark?: "band" | "line" | "bar" }[];
}) {
  return (
    <ul className={classes.legend}>
      {items.map(({ name, color, mark = "bar" }) => (
        <li key={name}>
          <span
            className={classes.mark}
            data-mark={mark}
            style={{ background: seriesColor(color) }}
            aria-hidden
          />
          {name}
        </li>
      ))}
    </ul>
  );
}
