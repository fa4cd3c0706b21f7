import { type KeyboardEvent, useState } from "react";

const steps: Record<string, { by: number; column: boolean }> = {
  ArrowLeft: { by: -1, column: false },
  ArrowRight: { by: 1, column: false },
  ArrowUp: { by: -1, column: true },
  ArrowDown: { by: 1, column: true },
};

/**
 * Many buttons or links, one stop of the Tab key: the arrow keys, Home and End go from one to the next.
 * Up and down stay among the buttons with the same `data-column`.
 * @param first the key of the button that Tab reaches before any was focused
 */
export function useArrowKeys(first: string | undefined): {
  /** of what holds the buttons */
  group: { onKeyDown: (event: KeyboardEvent<HTMLElement>) => void };
  /** of the button with that key */
  button: (key: string) => { tabIndex: 0 | -1; onFocus: () => void };
} {
  const [focused, setFocused] = useState<string | null>(null);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const from = (event.target as HTMLElement).closest<HTMLElement>("button, a");
    if (!from || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = [...event.currentTarget.querySelectorAll<HTMLElement>("button:not(:disabled), a")];
    const step = steps[event.key];
    let next: HTMLElement | undefined;
    if (event.key === "Home") next = all[0];
    else if (event.key === "End") next = all.at(-1);
    else if (step) {
      const row = step.column
        ? all.filter(({ dataset }) => dataset.column === from.dataset.column)
        : all;
      next = row[row.indexOf(from) + step.by];
    } else return;
    event.preventDefault();
    next?.focus();
  };
  return {
    group: { onKeyDown },
    button: (key) => ({
      tabIndex: key === (focused ?? first) ? 0 : -1,
      onFocus: () => setFocused(key),
    }),
  };
}
