import type { UseFormReturnType } from "@mantine/form";
import { useEffect } from "react";

/**
 * Takes over what stood in the fields before the page's code was there: typed at once, or filled in by
 * the browser. Without it the form knows nothing of that, and empties the field with its first change.
 */
export function useTypedBefore<Values extends Record<string, string>>(
  form: Pick<UseFormReturnType<Values>, "getInputNode" | "getValues" | "setValues">,
): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, at the beginning
  useEffect(() => {
    const known = form.getValues();
    const typed = Object.keys(known).flatMap((path) => {
      const { value } = (form.getInputNode(path) as HTMLInputElement | null) ?? {};
      return value && value !== known[path] ? [[path, value]] : [];
    });
    if (typed.length > 0) form.setValues(Object.fromEntries(typed));
  }, []);
}
